"""The maximum number of tasks of one run that can run at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache


def most_at_once(followers: Mapping[str, Sequence[str]]) -> int:
    """Return the size of the largest set of tasks in which no task comes after another.

    By Dilworth's theorem, this is the smallest number of chains that contain all tasks. By Kőnig's theorem, that is the
    number of tasks minus the size of a maximum matching between tasks and tasks that come after them.

    Args:
        followers: The tasks that directly follow each task.
    """

    @cache
    def after(task: str) -> frozenset[str]:
        return frozenset(followers[task]).union(*(after(follower) for follower in followers[task]))

    before: dict[str, str] = {}

    def pair(task: str, tried: set[str]) -> bool:
        for later in after(task) - tried:
            tried.add(later)
            if later not in before or pair(before[later], tried):
                before[later] = task
                return True
        return False

    return len(followers) - sum(pair(task, set()) for task in followers)
