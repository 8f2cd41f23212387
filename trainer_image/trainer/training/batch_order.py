"""The order in which a training takes its batches. It follows from the seed and the number of the step alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.network.batches import Batch, Example, group, padded_frames, stack


class BatchOrder:
    """Batches of examples. A pass takes every batch once, in an order of its own.

    Args:
        examples: the examples, at least one.
        seed: the seed, and a number that tells this order from others with the same seed.
        partner: the order of the batches beside which these are heard. In each pass, a batch is taken beside one of its
            own shape where there is one, because the network processes batches of one shape together.
    """

    def __init__(self, examples: Sequence[Example], seed: tuple[int, int], partner: BatchOrder | None = None) -> None:
        self._examples, self._seed, self._partner = examples, seed, partner
        #: Batches in a pass.
        self.count = len(group(examples, range(len(examples))))
        self._turn, self._pass = -1, list[list[int]]()

    def batch(self, step: int) -> Batch:
        """Return the batch of a step."""
        return stack([self._examples[number] for number in self._numbers(step)])

    def frames(self, step: int) -> int:
        """Return the number of frames to which the examples of a step are padded."""
        return self._frames(self._numbers(step))

    def _numbers(self, step: int) -> list[int]:
        turn, place = divmod(step, self.count)
        if turn != self._turn:
            self._turn, self._pass = turn, self._new_pass(turn)
        return self._pass[place]

    def _new_pass(self, turn: int) -> list[list[int]]:
        random = np.random.default_rng((*self._seed, turn))
        batches = group(self._examples, random.permutation(len(self._examples)).tolist())
        random.shuffle(batches)
        if self._partner is None:
            return batches
        places: list[list[int] | None] = []
        for step in range(turn * self.count, (turn + 1) * self.count):
            frames = self._partner.frames(step)
            fitting = next((batch for batch in batches if self._frames(batch) == frames), None)
            places.append(fitting)
            if fitting is not None:
                batches.remove(fitting)
        return [batches.pop(0) if place is None else place for place in places]

    def _frames(self, numbers: Sequence[int]) -> int:
        return padded_frames(self._examples[numbers[0]])
