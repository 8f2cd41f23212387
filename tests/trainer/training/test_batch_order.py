"""The order of batches: each once in a pass, and beside one of the same shape where there is one."""

from __future__ import annotations

from collections import Counter

import numpy as np

from trainer.network.batches import Example
from trainer.training.batch_order import BatchOrder


def _examples(*frames: int) -> list[Example]:
    """Return examples of these numbers of frames. The first feature of each is its number."""
    return [Example(np.full((count, 2), number, np.float32), (1,)) for number, count in enumerate(frames)]


def _heard(order: BatchOrder, steps: range) -> Counter[int]:
    """Return how often each example is heard in these steps."""
    batches = [order.batch(step) for step in steps]
    return Counter(
        int(row[0, 0]) for batch in batches for row, frames in zip(batch.features, batch.lengths, strict=True) if frames
    )


def test_each_pass_takes_each_example_once_in_another_order() -> None:
    frames = [90] * 40 + [700] * 5
    order = BatchOrder(_examples(*frames), (0, 0))
    passes = [range(turn * order.count, (turn + 1) * order.count) for turn in range(3)]
    for steps in passes:
        assert _heard(order, steps) == Counter(range(len(frames)))
    assert len({tuple(int(order.batch(step).features[0, 0, 0]) for step in steps) for steps in passes}) == 3
    again = BatchOrder(_examples(*frames), (0, 0))
    for step in (7, 2):  # as a training that continues in the middle of a pass
        assert np.array_equal(again.batch(step).features, order.batch(step).features)


def test_a_batch_is_taken_beside_one_of_its_shape() -> None:
    taught = BatchOrder(_examples(*[90] * 32, *[190] * 16, *[390] * 8), (0, 0))
    frames = [90] * 32 + [190] * 16 + [700] * 4
    rehearsed = BatchOrder(_examples(*frames), (0, 1), taught)
    assert taught.count == rehearsed.count == 6
    for turn in range(3):
        steps = range(6 * turn, 6 * turn + 6)
        pairs = Counter((taught.frames(step), rehearsed.frames(step)) for step in steps)
        assert pairs == {(100, 100): 2, (200, 200): 2, (400, 800): 2}
        assert _heard(rehearsed, steps) == Counter(range(len(frames))), "also the batches without a partner"
