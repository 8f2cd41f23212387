"""The batched engine and libdeepspeech find the same words, times and alternatives in any audio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber import bytes_model
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment, Segmenter
from transcriber.engines.utterance import Utterance
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_comparison import transcribe_all
from transcriber.selection.engine_selection import open_engine
from transcription.contract.hot_word import HotWord
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options

#: Distance between the starts of two frames and length of a frame, in samples; and number of frames in one run.
STEP, WINDOW, STEPS = 320, 512, 16
#: Maximum difference between the confidences of the two engines, from 0 to 1. If two candidates are equally likely,
#: either may be the last of the sixteen that count. The largest difference in these tests is 0.0012, in one utterance.
CONFIDENCE_TOLERANCE = 5e-3


@dataclass(frozen=True)
class Case:
    """Options, and the number of utterances to transcribe with them."""

    name: str
    utterances: int
    options: Options
    has_scorer: bool = True
    #: Maximum length of an utterance, in seconds.
    longest: float = 4.0


CASES = [
    Case("as it comes", 900, Options(alternatives=3)),
    Case("beam 500", 300, Options(beam_width=500, alternatives=15)),
    Case("beam 32", 300, Options(beam_width=32)),
    Case("weights", 150, Options(lm_alpha=0.3, lm_beta=2.5)),
    Case("hot words", 150, Options(hot_words=(HotWord("seven", 7.5), HotWord("stop", -4.0)), alternatives=5)),
    Case("no scorer, beam 64", 200, Options(beam_width=64, alternatives=5), has_scorer=False),
    Case("no scorer, beam 300", 50, Options(beam_width=300), has_scorer=False, longest=2.0),
]


def test_the_cases_contain_at_least_2000_utterances() -> None:
    assert sum(case.utterances for case in CASES) >= 2000


@pytest.fixture(scope="module")
def without_scorer(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model without its scorer and `model.json`."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copy(model_folder / "demo.pbmm", folder)
    return folder


@pytest.fixture(scope="module")
def speech(clips: list[Clip]) -> Samples:
    """All clips, joined."""
    return np.concatenate([clip.samples for clip in clips])


def numbered(sounds: Sequence[Samples]) -> list[Segment]:
    """Return a segment for each sound, in files with the numbers 0, 1, …"""
    return [Segment(number, 0.0, samples, len(samples) / RATE) for number, samples in enumerate(sounds)]


def utterances(rng: np.random.Generator, speech: Samples, count: int, longest: float) -> Iterator[Samples]:
    """Yield random pieces of speech, at different volumes and with different amounts of noise."""
    for _ in range(count):
        length = int(rng.uniform(0.05, longest) * RATE)
        start = rng.integers(len(speech) - length)
        piece = speech[start : start + length] * rng.uniform(0.1, 1.5)
        noise = rng.normal(0, rng.choice([0, 50, 500, 3000]), length)
        yield (piece + noise).clip(-32768, 32767).astype(np.int16)


def differences(folder: Path, options: Options, segments: Sequence[Segment]) -> list[str]:
    """Transcribe segments with both engines, and describe those whose results differ."""
    results = []
    for name in (LIBDEEPSPEECH, BATCHED):
        selected = Options(**{**options.__dict__, "engine": name})
        with open_engine(open_folder(folder), selected, processes=2) as engine:
            assert engine.description.name.startswith(name)
            results.append(transcribe_all(engine, segments))
    assert [len(utterances) for utterances in results] == [len(segments)] * 2
    return [f"{one.file}: {one} {other}" for one, other in zip(*results) if not is_same(one, other)]


def is_same(one: Utterance, other: Utterance) -> bool:
    """Return whether words and times are equal to the last bit, and confidences and alternatives nearly."""
    words = [[(word.word, word.start, word.end) for word in utterance.words] for utterance in (one, other)]
    confidences = [
        [result.confidence for result in (*utterance.words, *utterance.alternatives)] for utterance in (one, other)
    ]
    return (
        words[0] == words[1]
        and len(confidences[0]) == len(confidences[1])
        and np.allclose(*confidences, rtol=0, atol=CONFIDENCE_TOLERANCE)
        and has_alternatives_of(one, other)
        and has_alternatives_of(other, one)
    )


def has_alternatives_of(one: Utterance, other: Utterance) -> bool:
    """Return whether `one` has the alternatives of `other`. Those with nearly the same confidence may change places.

    One of them may then be the last in `other`, and in `one` the first that is left out.
    """
    found = {alternative.text: alternative.confidence for alternative in one.alternatives}
    last = min((alternative.confidence for alternative in other.alternatives), default=0.0)
    return all(
        abs(found.get(alternative.text, last) - alternative.confidence) <= CONFIDENCE_TOLERANCE
        for alternative in other.alternatives
    )


@pytest.mark.parametrize("beam_width", [1, 2, 5, 16])
@pytest.mark.parametrize("name", [LIBDEEPSPEECH, BATCHED])
def test_a_narrow_beam_crashes_no_engine(name: str, beam_width: int, model_folder: Path, speech: Samples) -> None:
    """With such beams, a rounding error decides which candidates are kept, so that the engines may hear other words."""
    segments = numbered(list(utterances(np.random.default_rng(7), speech, 300, 4.0)))
    with open_engine(open_folder(model_folder), Options(engine=name, beam_width=beam_width), processes=2) as engine:
        assert len(transcribe_all(engine, segments)) == len(segments)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_no_utterance_differs(case: Case, model_folder: Path, without_scorer: Path, speech: Samples) -> None:
    rng = np.random.default_rng(len(case.name))
    segments = numbered(list(utterances(rng, speech, case.utterances, case.longest)))
    assert differences(model_folder if case.has_scorer else without_scorer, case.options, segments) == []


@pytest.mark.parametrize("with_scorer", [False, True])
def test_no_utterance_of_a_model_that_spells_in_bytes_differs(
    tmp_path: Path, speech: Samples, with_scorer: bool
) -> None:
    """Speech makes it spell bytes that are no characters.

    Many candidates for speech have one text then, and a rounding error decides which of two is dropped. This changes
    the confidence of alternatives, so they are compared only where the model hears its own characters.
    """
    bytes_model.write_model(tmp_path, with_scorer=with_scorer)
    rng = np.random.default_rng(7)
    sounds = list(utterances(rng, speech, 20, 1.0))
    said = []
    for seed in range(10):
        clean = bytes_model.say("".join(rng.choice(list(bytes_model.CHARACTERS), rng.integers(1, 5))), seed)
        said.append((clean + rng.normal(0, rng.choice([0, 200, 2000]), len(clean))).astype(np.int16))
    assert differences(tmp_path, Options(beam_width=16), numbered(sounds)) == []
    assert differences(tmp_path, Options(beam_width=16, alternatives=5), numbered(said)) == []


def test_no_utterance_that_ends_near_the_end_of_a_frame_differs(model_folder: Path, speech: Samples) -> None:
    """With a frame or a run of the network too few, the last letter would be lost."""
    borders = [0, 1, STEP, WINDOW]
    borders += [WINDOW + frames * STEP for frames in (1, 2, STEPS - 2, STEPS - 1, STEPS, 2 * STEPS - 1, 5 * STEPS - 1)]
    lengths = sorted({max(0, border + offset) for border in borders for offset in (-1, 0, 1)})
    sounds = [speech[:length] for length in lengths]
    noise = np.random.default_rng(1).integers(-32768, 32767, 2 * RATE).astype(np.int16)
    sounds += [noise, np.zeros(2 * RATE, np.int16), np.full(RATE, -32768, np.int16)]
    assert differences(model_folder, Options(alternatives=15), numbered(sounds)) == []


def test_no_segment_of_a_long_recording_differs(model_folder: Path, speech: Samples) -> None:
    long = np.resize(speech, 600 * RATE)
    segments = [*Segmenter(RATE).segments(0, [long]), *numbered([long, long[: 30 * RATE]])[1:]]
    assert len(segments) > 40
    assert differences(model_folder, Options(), segments) == []
