"""The batched engine hears what libdeepspeech hears: each word, each time, each alternative, whatever the audio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment, Segmenter
from transcriber.engines.utterance import Utterance
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_comparison import transcribe_all
from transcriber.selection.engine_selection import open_engine
from transcription.contract.hot_word import HotWord
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options

#: The network's frames begin so far from each other and are so long; it runs on 16 of them at a time.
STEP, WINDOW, STEPS = 320, 512, 16
#: How far the two may differ in how sure they are, from 0 to 1. Of candidates that are equally likely, either may be
#: the last of the sixteen that are counted; the largest difference in what is below is 0.0012, in one utterance.
SURE = 5e-3


@dataclass(frozen=True)
class Case:
    """A way to decode, and how many utterances are decoded so."""

    name: str
    utterances: int
    options: Options
    has_scorer: bool = True
    #: The longest, in seconds.
    longest: float = 4.0


CASES = [
    Case("as it comes", 900, Options(alternatives=3)),
    Case("beam 500", 300, Options(beam_width=500, alternatives=15)),
    Case("beam 16", 300, Options(beam_width=16)),
    Case("weights", 150, Options(lm_alpha=0.3, lm_beta=2.5)),
    Case("hot words", 150, Options(hot_words=(HotWord("seven", 7.5), HotWord("stop", -4.0)), alternatives=5)),
    Case("no scorer, beam 64", 200, Options(beam_width=64, alternatives=5), has_scorer=False),
    Case("no scorer, beam 300", 50, Options(beam_width=300), has_scorer=False, longest=2.0),
]


def test_the_cases_are_as_many_as_are_promised() -> None:
    assert sum(each.utterances for each in CASES) >= 2000


@pytest.fixture(scope="module")
def without_scorer(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model without its language model and its settings."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copy(model_folder / "demo.pbmm", folder)
    return folder


@pytest.fixture(scope="module")
def speech(clips: list[Clip]) -> Samples:
    """All clips, one behind the other."""
    return np.concatenate([clip.samples for clip in clips])


def numbered(sounds: Sequence[Samples]) -> list[Segment]:
    return [Segment(number, 0.0, each, len(each) / RATE) for number, each in enumerate(sounds)]


def utterances(rng: np.random.Generator, speech: Samples, count: int, longest: float) -> Iterator[Samples]:
    """Pieces of speech that begin and end anywhere, louder or softer, with more or less noise."""
    for _ in range(count):
        length = int(rng.uniform(0.05, longest) * RATE)
        start = rng.integers(len(speech) - length)
        piece = speech[start : start + length] * rng.uniform(0.1, 1.5)
        noise = rng.normal(0, rng.choice([0, 50, 500, 3000]), length)
        yield (piece + noise).clip(-32768, 32767).astype(np.int16)


def differences(folder: Path, options: Options, segments: Sequence[Segment]) -> list[str]:
    """Where the two do not hear the same, with what they hear."""
    heard = []
    for name in (LIBDEEPSPEECH, BATCHED):
        chosen = Options(**{**options.__dict__, "engine": name})
        with open_engine(open_folder(folder), chosen, processes=2) as engine:
            assert engine.description.name.startswith(name)
            heard.append(transcribe_all(engine, segments))
    assert [len(each) for each in heard] == [len(segments)] * 2
    return [f"{one.file}: {one} {other}" for one, other in zip(*heard) if not same(one, other)]


def same(one: Utterance, other: Utterance) -> bool:
    """Words, times and alternatives to the last bit; how sure they are, nearly."""
    exact = [
        ([(word.word, word.start, word.end) for word in each.words], [found.text for found in each.alternatives])
        for each in (one, other)
    ]
    sure = [[found.confidence for found in (*each.words, *each.alternatives)] for each in (one, other)]
    return exact[0] == exact[1] and np.allclose(*sure, rtol=0, atol=SURE)


@pytest.mark.parametrize("case", CASES, ids=[each.name for each in CASES])
def test_not_one_of_thousands_of_utterances_differs(
    case: Case, model_folder: Path, without_scorer: Path, speech: Samples
) -> None:
    rng = np.random.default_rng(len(case.name))
    segments = numbered(list(utterances(rng, speech, case.utterances, case.longest)))
    assert differences(model_folder if case.has_scorer else without_scorer, case.options, segments) == []


def test_no_sample_more_or_less_makes_a_difference_where_frames_begin_and_end(
    model_folder: Path, speech: Samples
) -> None:
    """A frame or a run of the network too few swallows the last letter."""
    borders = [0, 1, STEP, WINDOW]
    borders += [WINDOW + frames * STEP for frames in (1, 2, STEPS - 2, STEPS - 1, STEPS, 2 * STEPS - 1, 5 * STEPS - 1)]
    lengths = sorted({max(0, border + more) for border in borders for more in (-1, 0, 1)})
    sounds = [speech[:length] for length in lengths]
    noise = np.random.default_rng(1).integers(-32768, 32767, 2 * RATE).astype(np.int16)
    sounds += [noise, np.zeros(2 * RATE, np.int16), np.full(RATE, -32768, np.int16)]
    assert differences(model_folder, Options(alternatives=15), numbered(sounds)) == []


def test_ten_minutes_cut_at_silence_and_half_a_minute_in_one_piece_are_the_same(
    model_folder: Path, speech: Samples
) -> None:
    long = np.resize(speech, 600 * RATE)
    segments = [*Segmenter(RATE).segments(0, [long]), *numbered([long, long[: 30 * RATE]])[1:]]
    assert len(segments) > 40
    assert differences(model_folder, Options(), segments) == []
