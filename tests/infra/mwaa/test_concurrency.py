"""The number of tasks that run at once. Tasks above the limit of the MWAA class wait, perhaps for each other."""

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
        # The parallel tasks have different distances from the start: a long branch beside a branch that splits late.
        ({"s": ["a", "x"], "a": ["b"], "b": ["c", "d"], "c": [], "d": [], "x": []}, 3),
        # `a` precedes `c` both directly and through `b`.
        ({"a": ["b", "c"], "b": ["c"], "c": []}, 1),
    ],
)
def test_the_largest_number_of_parallel_tasks_is_computed(flow: dict[str, list[str]], width: int) -> None:
    assert most_at_once(flow) == width


def test_the_number_equals_an_exhaustive_search_for_every_flow_of_four_tasks() -> None:
    """The search tries every set of tasks of which none follows another."""
    names = "abcd"
    arrows = list(itertools.combinations(names, 2))
    for choices in itertools.product([False, True], repeat=len(arrows)):
        followers = {
            name: [end for (start, end), is_chosen in zip(arrows, choices, strict=True) if is_chosen and start == name]
            for name in names
        }
        successors = {name: reachable(name, followers) for name in names}
        widest = max(
            len(task_set)
            for count in range(1, 5)
            for task_set in itertools.combinations(names, count)
            if not any(second in successors[first] for first in task_set for second in task_set)
        )
        assert most_at_once(followers) == widest


def reachable(task: str, followers: dict[str, list[str]]) -> set[str]:
    """Return the tasks that run after a task, directly or indirectly."""
    return set().union(*({follower} | reachable(follower, followers) for follower in followers[task]))
