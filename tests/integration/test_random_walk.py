"""A random walk through what people, AWS and lost machines do to the stack.

`make walk` takes 200 steps with a random seed. `make test` takes a few steps with a fixed seed.
"""

from __future__ import annotations

import os

from tests.support.pipeline.pipeline import Pipeline
from tests.support.walk.walk import Walk

SEED = int(os.environ.get("SEED") or 1)
STEPS = int(os.environ.get("STEPS") or 14)
#: The number of steps after which the walk ends all faults, checks everything and goes on.
CHECK_EVERY = 25


def test_after_a_random_walk_nothing_is_lost_nothing_twice_nothing_hidden(pipeline: Pipeline) -> None:
    print(f"\nA walk of {STEPS} steps with seed {SEED}. To repeat it: make walk SEED={SEED} STEPS={STEPS}", flush=True)
    walk = Walk(pipeline, SEED)
    violations: list[str] = []
    for first in range(0, STEPS, CHECK_EVERY):
        walk.take(min(CHECK_EVERY, STEPS - first))
        violations += [violation for violation in walk.end() if violation not in violations]
    assert violations == []
