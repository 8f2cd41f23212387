"""A fake engine with which a test sees whether every file gets its own transcript.

The audio of each file contains the number of the file in every sample. The engine reads this number and returns it as
the word that it heard.
"""

from __future__ import annotations

import random
import weakref
from collections.abc import Iterable, Iterator

import numpy as np

from tests.support.transcriber.wav_files import RATE
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import DecoderSettings, EngineDescription
from transcriber.engines.utterance import Answer, FailedSegment, Utterance
from transcription.contract.errors import EngineFailed
from transcription.contract.result import Model
from transcription.contract.spoken_word import Word

#: The remainder of a sample after division by this number is the number of the sample's file.
_MODULUS = 64


def numbered_audio(number: int, seconds: float) -> Samples:
    """Return noise that voice activity detection treats as a voice, with a number in every sample.

    Args:
        number: the number, less than 64.
        seconds: the length of the noise.

    Returns:
        Samples at 16 kHz, shape (samples,).
    """
    noise = np.random.default_rng(number).normal(0, 3000, int(seconds * RATE))
    samples: Samples = (noise // _MODULUS * _MODULUS + number).clip(-32768, 32767).astype(np.int16)
    return samples


class FakeEngine:
    """An engine that answers each segment of `numbered_audio` with the number as the only word, in a random order.

    Args:
        delay: the number of segments that the engine keeps unanswered.
        fails_for: the numbers of the files for which the engine fails after two segments.
        seed: the seed of the random order.
    """

    description = EngineDescription("fake", RATE, Model("none", "0" * 64), DecoderSettings(1, None, None))

    def __init__(self, delay: int = 5, fails_for: tuple[int, ...] = (), seed: int = 0) -> None:
        #: The file of each segment that the engine received, in order.
        self.given: list[int] = []
        #: The most segments that were in memory at a time.
        self.most_alive = 0
        self._delay = delay
        self._fails_for = fails_for
        self._alive: weakref.WeakValueDictionary[int, Segment] = weakref.WeakValueDictionary()
        self._random = random.Random(seed)  # noqa: S311 - not for security

    def transcribe(self, segments: Iterable[Segment]) -> Iterator[Answer]:
        """Yield one answer for each segment."""
        unanswered: list[Answer] = []
        for segment in segments:
            self._alive[len(self.given)] = segment
            self.most_alive = max(self.most_alive, len(self._alive))
            unanswered.append(self._answer(segment))
            self.given.append(segment.file)
            del segment
            if len(unanswered) > self._delay:
                yield unanswered.pop(self._random.randrange(len(unanswered)))
        self._random.shuffle(unanswered)
        yield from unanswered

    def _answer(self, segment: Segment) -> Answer:
        if segment.file in self._fails_for and self.given.count(segment.file) >= 2:
            return FailedSegment(segment.file, segment.start, EngineFailed(f"no answer at {segment.start:.2f} s"))
        [number] = set((segment.samples % _MODULUS).tolist())
        word = Word(str(number), segment.start, segment.end, 1.0)
        return Utterance(segment.file, segment.start, segment.end, (word,), cpu_seconds=1.0)
