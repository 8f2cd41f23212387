"""The transcripts of the demo's clips stay as they are, until somebody means to change them.

To write them again, and then to read what `git diff` says of it:
`REWRITE_GOLDEN=1 PYTHONPATH=dags .local/venvs/transcriber/bin/python -m pytest tests/transcriber/test_golden.py`
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import Clip, silence, wav
from transcriber.engines.engine import Engine
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.text.transcript import Transcript
from transcription.contract.options import BATCHED, LIBDEEPSPEECH, Options

GOLDEN = Path(__file__).parent / "golden"
CLIPS = [
    "cancel-repeat-help",
    "five-five-zero-one-three",
    "four-eight-two-six-nine",
    "open-window-please",
    "record-forward-stop",
    "seven-one-three",
    "seven-three-zero-one",
    "yes-start-play-next",
]
#: How much a share may differ from machine to machine: with other instructions, TensorFlow adds in another order.
TOLERANCE = 0.01


@pytest.fixture(scope="module", params=[LIBDEEPSPEECH, BATCHED])
def parallel(request: pytest.FixtureRequest, model_folder: Path) -> Iterator[Engine]:
    with open_engine(open_folder(model_folder), Options(engine=request.param), processes=2) as engine:
        yield engine


@pytest.fixture
def joined(tmp_path: Path, clips: list[Clip]) -> Path:
    """All clips one after another three times, with pauses between: a minute and a half."""
    path = tmp_path / "joined.wav"
    path.write_bytes(wav(np.concatenate([part for clip in clips * 3 for part in (clip.samples, silence(1))])))
    return path


def told(transcript: Transcript) -> dict[str, Any]:
    """What must not change, with times and shares as the JSON rounds them."""
    return {
        "text": transcript.text,
        "skipped_seconds": round(transcript.skipped_seconds, 3),
        "segments": [[round(each.start, 3), round(each.end, 3)] for each in transcript.utterances],
        "words": [[each.word, round(each.start, 3), round(each.end, 3)] for each in transcript.words],
        "confidence": [round(each.confidence, 3) for each in transcript.words],
    }


def check(name: str, transcript: Transcript) -> None:
    path = GOLDEN / f"{name}.json"
    document = told(transcript)
    if "REWRITE_GOLDEN" in os.environ:
        path.parent.mkdir(exist_ok=True)
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in document.items()]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    expected = json.loads(path.read_text())
    assert document.pop("confidence") == pytest.approx(expected.pop("confidence"), abs=TOLERANCE)
    assert document == expected


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_says_what_it_always_said(parallel: Engine, clips: list[Clip], name: str) -> None:
    [clip] = [clip for clip in clips if clip.path.stem == name]
    check(name, transcribe_file(clip.path, parallel))


def test_a_long_recording_says_what_it_always_said(parallel: Engine, joined: Path) -> None:
    check("joined", transcribe_file(joined, parallel))


def test_every_clip_has_a_golden_transcript(clips: list[Clip]) -> None:
    assert sorted(clip.path.stem for clip in clips) == CLIPS
    assert sorted(each.stem for each in GOLDEN.iterdir()) == sorted([*CLIPS, "joined"])
