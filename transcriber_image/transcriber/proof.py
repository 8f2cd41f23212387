"""Does one engine hear what another one hears, with this model on this machine? A built-in clip tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transcription.contract.errors import EngineUnfit

from . import audio
from .clip import CLIP
from .engine import Engine, Unheard, Utterance
from .segments import Segment


def clips(rate: int) -> list[Segment]:
    """The clip and a part of it, at `rate` hertz: two lengths, so that one ends while the other goes on."""
    samples = np.concatenate(list(audio.decode(CLIP, rate)))
    half = len(samples) // 2
    return [
        Segment(0, 0.0, samples, len(samples) / rate),
        Segment(1, 0.0, samples[half:], (len(samples) - half) / rate),
    ]


def compare(heard: Sequence[Utterance], expected: Sequence[Utterance]) -> None:
    """See that both have the same words at the same times.

    Raises:
        EngineUnfit: they have not; the message has the first that differ.
    """
    for answers in zip(heard, expected):
        words = [[(each.word, each.start, each.end) for each in answer.words] for answer in answers]
        if words[0] != words[1]:
            one, other = (" ".join(f"{word}@{start:.2f}" for word, start, _ in each) for each in words)
            raise EngineUnfit(f"in the built-in clip it hears {one!r}, and libdeepspeech {other!r}.")


def hear(engine: Engine, segments: Sequence[Segment]) -> list[Utterance]:
    """What an engine hears, in the order of the segments.

    Raises:
        EngineFailed: it gave no answer to one.
    """
    answers = list(engine.transcribe(segments))
    for each in answers:
        if isinstance(each, Unheard):
            raise each.error
    return sorted((each for each in answers if isinstance(each, Utterance)), key=lambda each: (each.file, each.start))
