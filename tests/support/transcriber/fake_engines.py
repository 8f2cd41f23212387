"""Engines that know what they should hear: samples carry the number of their file, and the number is the word."""

from __future__ import annotations

import random
import weakref
from collections.abc import Iterable, Iterator
from typing import Union

import numpy as np

from tests.support.transcriber.wav_files import RATE
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Decoder, Description, Unheard, Utterance, Word
from transcription.contract.errors import EngineFailed
from transcription.contract.result import Model

#: Every sample of a marked recording is its number, beyond a multiple of this.
_MARKS = 64


def marked(number: int, seconds: float) -> Samples:
    """Noise, which the voice activity detection takes for a voice, with the number in every sample."""
    noise = np.random.default_rng(number).normal(0, 3000, int(seconds * RATE))
    samples: Samples = (noise // _MARKS * _MARKS + number).clip(-32768, 32767).astype(np.int16)
    return samples


class Listener:
    """Hears the numbers of marked recordings; answers out of order, with `ahead` segments under way."""

    description = Description("listener", RATE, Model("none", "0" * 64), Decoder(1, None, None))

    def __init__(self, ahead: int = 5, deaf_to: tuple[int, ...] = (), seed: int = 0) -> None:
        """Of the files `deaf_to` it hears two segments and no more."""
        #: The file of each segment that it was given.
        self.given: list[int] = []
        #: The most segments that were in memory at a time.
        self.most_alive = 0
        self._ahead = ahead
        self._deaf_to = deaf_to
        self._alive: weakref.WeakValueDictionary[int, Segment] = weakref.WeakValueDictionary()
        self._random = random.Random(seed)  # noqa: S311 - a test's disorder

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Union[Utterance, Unheard]]:
        """One answer for each segment."""
        waiting: list[Union[Utterance, Unheard]] = []
        for segment in segments:
            self._alive[len(self.given)] = segment
            self.most_alive = max(self.most_alive, len(self._alive))
            waiting.append(self._hear(segment))
            self.given.append(segment.file)
            del segment
            if len(waiting) > self._ahead:
                yield waiting.pop(self._random.randrange(len(waiting)))
        self._random.shuffle(waiting)
        yield from waiting

    def _hear(self, segment: Segment) -> Union[Utterance, Unheard]:
        if segment.file in self._deaf_to and self.given.count(segment.file) >= 2:
            return Unheard(segment.file, segment.start, EngineFailed(f"deaf at {segment.start:.2f} s"))
        [number] = set((segment.samples % _MARKS).tolist())
        word = Word(str(number), segment.start, segment.end, 1.0)
        return Utterance(segment.file, segment.start, segment.end, (word,), cpu_seconds=1.0)
