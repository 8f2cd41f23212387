"""A model that spells in bytes writes characters, each with its own time, and no spaces, with both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.transcriber import bytes_model
from tests.support.transcriber.bytes_model import BYTE, CHARACTERS, EDGE, character_seconds, say
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, wav
from transcriber.audio.segmentation import Segment
from transcriber.engines.engine import Engine
from transcriber.model.model_check import check_model
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_comparison import transcribe_all
from transcriber.selection.engine_selection import open_engine
from transcriber.text.transcript import assemble
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options
from transcription.contract.result import Audio

STEP = 0.02
#: In this small vocabulary, a wider beam is never full. Then the decoder keeps prefixes that are far too unlikely, and
#: gives letters the times at which these prefixes would have them.
BEAM_WIDTH = 4


@pytest.fixture(scope="module", params=[False, True], ids=["no scorer", "scorer"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bytes")
    bytes_model.write_model(folder, with_scorer=request.param)
    return folder


@pytest.fixture(scope="module", params=[LIBDEEPSPEECH, BATCHED])
def engine(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    options = Options(engine=request.param, beam_width=BEAM_WIDTH, alternatives=3)
    with open_engine(open_folder(folder), options, processes=1) as engine:
        yield engine


@pytest.mark.parametrize("text", ["你好世界", "好好"])
def test_characters_are_the_words_and_no_spaces_divide_them(tmp_path: Path, engine: Engine, text: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(say(text, seed=100)))
    transcript = transcribe_file(path, engine)
    assert transcript.text == text
    assert [word.word for word in transcript.words] == list(text)
    for number, word in enumerate(transcript.words):
        start = EDGE + number * character_seconds() + BYTE / 2
        assert word.start == pytest.approx(start, abs=2 * STEP)
        assert word.end == pytest.approx(start + 2 * BYTE + STEP, abs=2 * STEP)
        assert 0.1 < word.confidence <= 1.0001


def test_the_alternatives_have_no_spaces_between_characters(engine: Engine) -> None:
    """An unlikely byte in an alternative may be a letter or no character, which has spaces around it."""
    samples = say("你好世界", seed=100)
    [utterance] = transcribe_all(engine, [Segment(0, 0.0, samples, len(samples) / RATE)])
    assert utterance.alternatives
    for alternative in utterance.alternatives:
        assert not re.search(f"[{CHARACTERS}] [{CHARACTERS}]", alternative.text)


def test_no_space_stands_between_segments(engine: Engine) -> None:
    sounds = [say("你好", seed=100), say("世界", seed=101)]
    segments = [Segment(number, 20.0 * number, sound, len(sound) / RATE) for number, sound in enumerate(sounds)]
    utterances = transcribe_all(engine, segments)
    transcript = assemble(utterances, Audio(40.0, RATE, 1, "PCM_16"), 0.0)
    assert transcript.text == "你好世界"
    assert transcript.words[2].start == pytest.approx(20 + EDGE + BYTE / 2, abs=2 * STEP)


def test_the_model_and_its_scorer_fit(folder: Path) -> None:
    assert check_model(open_folder(folder)) == ""
