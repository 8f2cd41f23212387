"""Does one engine hear what another one hears, with this model on this machine? A built-in clip tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transcriber.audio import audio_stream
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Engine, Unheard, Utterance
from transcriber.selection.self_test_clip import CLIP
from transcription.contract.errors import EngineUnfit


def clips(rate: int, times: int = 1) -> list[Segment]:
    """The clip in two parts at `rate` hertz, each so many times: one part ends while the other goes on.

    An engine in `times` processes hears both parts at once in each of them.
    """
    samples = np.concatenate(list(audio_stream.decode(CLIP, rate)))
    cut = len(samples) * 3 // 5
    parts = [part for part in (samples[:cut], samples[cut:]) for _ in range(times)]
    return [Segment(number, 0.0, part, len(part) / rate) for number, part in enumerate(parts)]


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
