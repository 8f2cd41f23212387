"""The transcripts of the demo's clips do not change unless someone changes the expected ones.

To write the expected transcripts again, run this and then check the changes with `git diff`:
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
#: How much a confidence may differ between machines: with other CPU instructions, TensorFlow adds in another order.
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


def expected_parts(transcript: Transcript) -> dict[str, Any]:
    """The parts of a transcript that must not change, rounded as in the JSON."""
    return {
        "text": transcript.text,
        "skipped_seconds": round(transcript.skipped_seconds, 3),
        "segments": [[round(utterance.start, 3), round(utterance.end, 3)] for utterance in transcript.utterances],
        "words": [[word.word, round(word.start, 3), round(word.end, 3)] for word in transcript.words],
        "confidence": [round(word.confidence, 3) for word in transcript.words],
    }


def check(name: str, transcript: Transcript) -> None:
    """Compare a transcript with the expected one, or write it with `REWRITE_GOLDEN`."""
    path = GOLDEN / f"{name}.json"
    document = expected_parts(transcript)
    if "REWRITE_GOLDEN" in os.environ:
        path.parent.mkdir(exist_ok=True)
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in document.items()]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    expected = json.loads(path.read_text())
    assert document.pop("confidence") == pytest.approx(expected.pop("confidence"), abs=TOLERANCE)
    assert document == expected


@pytest.mark.parametrize("name", CLIPS)
def test_the_transcript_of_a_clip_does_not_change(parallel: Engine, clips: list[Clip], name: str) -> None:
    [clip] = [clip for clip in clips if clip.path.stem == name]
    check(name, transcribe_file(clip.path, parallel))


def test_the_transcript_of_a_long_recording_does_not_change(parallel: Engine, joined: Path) -> None:
    check("joined", transcribe_file(joined, parallel))


def test_every_clip_has_a_golden_transcript(clips: list[Clip]) -> None:
    assert sorted(clip.path.stem for clip in clips) == CLIPS
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted([*CLIPS, "joined"])
