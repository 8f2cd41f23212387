"""A comparison of the words that two engines find in the built-in clip. It shows whether an engine fits a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transcriber.audio import audio_stream
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Engine
from transcriber.engines.utterance import FailedSegment, Utterance
from transcriber.selection.self_test_clip import CLIP
from transcription.contract.errors import EngineUnfit


def cut_clip(sample_rate: int, copies: int = 1) -> list[Segment]:
    """Cut the built-in clip into two segments of different length, so that a batch of both shrinks when one ends.

    Args:
        sample_rate: the sample rate of the segments, in hertz.
        copies: how often each segment is returned. With the number of processes, each process gets both segments.
    """
    samples = np.concatenate(list(audio_stream.decode(CLIP, sample_rate)))
    cut = len(samples) * 3 // 5
    parts = [part for part in (samples[:cut], samples[cut:]) for _ in range(copies)]
    return [Segment(number, 0.0, part, len(part) / sample_rate) for number, part in enumerate(parts)]


def require_same_words(actual: Sequence[Utterance], expected: Sequence[Utterance]) -> None:
    """Check that utterances have the same words at the same times as libdeepspeech's utterances.

    Args:
        actual: the utterances to check.
        expected: libdeepspeech's utterances of the same segments, in the same order.

    Raises:
        EngineUnfit: some words or times differ. The message contains the first utterance that differs.
    """
    for utterances in zip(actual, expected):
        one, other = ([(word.word, word.start, word.end) for word in utterance.words] for utterance in utterances)
        if one != other:
            texts = [" ".join(f"{word}@{start:.2f}" for word, start, _ in words) for words in (one, other)]
            raise EngineUnfit(
                f"in the built-in clip it recognises {texts[0]!r}, and libdeepspeech recognises {texts[1]!r}."
            )


def transcribe_all(engine: Engine, segments: Sequence[Segment]) -> list[Utterance]:
    """Transcribe segments and return the utterances in the order of their files and times.

    Raises:
        EngineFailed: the engine failed to transcribe a segment.
    """
    utterances: list[Utterance] = []
    for answer in engine.transcribe(segments):
        if isinstance(answer, FailedSegment):
            raise answer.error
        utterances.append(answer)
    return sorted(utterances, key=lambda utterance: (utterance.file, utterance.start))
