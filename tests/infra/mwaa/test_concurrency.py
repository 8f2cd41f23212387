"""How many tasks run at once: more than the class has room for would wait, perhaps for each other."""

from __future__ import annotations

import itertools

import pytest

from infra.mwaa.concurrency import most_at_once


@pytest.mark.parametrize(
    ("flow", "width"),
    [
        ({}, 0),
        ({"a": []}, 1),
        ({"a": ["b"], "b": ["c"], "c": []}, 1),
        ({"a": [], "b": [], "c": []}, 3),
        ({"a": ["b", "c", "d"], "b": ["e"], "c": ["e"], "d": ["e"], "e": []}, 3),
        # Where the widest place is no level: a long branch beside one that splits late.
        ({"s": ["a", "x"], "a": ["b"], "b": ["c", "d"], "c": [], "d": [], "x": []}, 3),
        # A shortcut over what lies between.
        ({"a": ["b", "c"], "b": ["c"], "c": []}, 1),
    ],
)
def test_the_widest_place_counts(flow: dict[str, list[str]], width: int) -> None:
    assert most_at_once(flow) == width


def test_it_is_the_largest_set_of_tasks_that_do_not_follow_each_other() -> None:
    """Every flow of four tasks, beside trying out every set of them."""
    names = "abcd"
    arrows = list(itertools.combinations(names, 2))
    for chosen in itertools.product([False, True], repeat=len(arrows)):
        followers = {
            name: [b for (a, b), there in zip(arrows, chosen, strict=True) if there and a == name] for name in names
        }
        after = {name: reachable(name, followers) for name in names}
        widest = max(
            len(some)
            for count in range(1, 5)
            for some in itertools.combinations(names, count)
            if not any(b in after[a] for a in some for b in some)
        )
        assert most_at_once(followers) == widest


def reachable(task: str, followers: dict[str, list[str]]) -> set[str]:
    return set().union(*({each} | reachable(each, followers) for each in followers[task]))
