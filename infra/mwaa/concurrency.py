"""How many tasks of one run can be at work at once: the most of which none comes after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache


def most_at_once(followers: Mapping[str, Sequence[str]]) -> int:
    """The width of the flow, from the tasks that directly follow each task.

    By Dilworth's theorem it is the least number of chains that hold all tasks, and by Kőnig's that is the number of
    tasks less the most pairs of a task with one that comes after it, each task at most once on either side.
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
