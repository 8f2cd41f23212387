"""The command `export` makes, from the JSON alone, what a run would have written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import Clip, silence, wav
from transcriber import export
from transcription.contract import keys, records
from transcription.contract.correction import Basis, Correction, Segment
from transcription.contract.options import FORMATS, Options
from transcription.contract.word_alignment import TimedWord

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def document(bucket: Bucket, run: Run, clip: Clip) -> dict[str, Any]:
    """The JSON of a transcript, with two segments."""
    bucket.plan({"input/calls/a b#1.wav": clip.data})
    run()
    parsed: dict[str, Any] = bucket.document("calls/a b#1")
    return parsed


@pytest.fixture
def saved(document: dict[str, Any], tmp_path: Path) -> Path:
    """The file of that JSON."""
    path = tmp_path / "output" / "calls" / "a b#1.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))
    return path


def test_it_makes_what_a_run_writes(bucket: Bucket, run: Run, clip: Clip, tmp_path: Path) -> None:
    bucket.plan(
        {"input/a.wav": clip.data, "input/silent.wav": wav(silence(1))}, Options(formats=FORMATS, alternatives=2)
    )
    run()
    for name in ("a", "silent"):
        (tmp_path / f"{name}.json").write_bytes(bucket.read(keys.transcript_json(name)))
    formats = [argument for ending in FORMATS for argument in ("--format", ending)]
    assert export.main([str(tmp_path), *formats]) == 0
    for name in ("a", "silent"):
        for ending in FORMATS:
            exported = (tmp_path / f"{name}.{ending}").read_bytes()
            assert exported == bucket.read(keys.format_file(name, ending)), (name, ending)


def test_a_folder_keeps_its_folders(saved: Path, tmp_path: Path) -> None:
    assert export.main([str(tmp_path / "output"), "--format", "docx", "--to", str(tmp_path / "new")]) == 0
    assert [path.relative_to(tmp_path / "new") for path in (tmp_path / "new").rglob("*.*")] == [
        Path("calls/a b#1.docx")
    ]


def test_an_existing_file_is_replaced_only_on_request(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody may have corrected the document by hand."""
    corrected = saved.with_name("a b#1.docx")
    corrected.write_text("corrected")
    assert export.main([str(saved), "--format", "docx"]) == 1
    assert corrected.read_text() == "corrected"
    assert "--replace" in capsys.readouterr().err
    assert export.main([str(saved), "--format", "docx", "--replace"]) == 0
    assert corrected.read_bytes().startswith(b"PK")


def test_a_correction_is_written_as_people_left_it(saved: Path) -> None:
    segments = (Segment(0.0, 1.0, "hello you", (TimedWord("hello", 0.1, 0.4, 0.3), TimedWord("you", 0.5, 0.7))),)
    correction = Correction("a b#1.wav", 1.0, 0.8, Basis("ab" * 32, "cd" * 32), ("srt",), segments)
    saved.write_bytes(records.dump(correction))
    assert export.main([str(saved), "--format", "srt"]) == 0
    assert "hello you" in saved.with_name("a b#1.srt").read_text()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda document: "nonsense", "is not JSON"),
        (lambda document: json.dumps([document]), "expected an object"),
        (lambda document: json.dumps({**document, "version": 2}), "version 2"),
        (lambda document: json.dumps({**document, "words": document["words"][1:]}), "differ"),
        (lambda document: json.dumps({**document, "words": document["words"] * 2}), "belong to no segment"),
        (lambda document: json.dumps({key: document[key] for key in document if key != "segments"}), "segments"),
    ],
)
def test_what_is_no_transcript_is_named_and_the_others_are_written(
    damage: Any, reason: str, document: dict[str, Any], saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = saved.with_name("bad.json")
    bad.write_text(damage(document))
    assert export.main([str(saved.parent), "--format", "csv"]) == 1
    shown = capsys.readouterr()
    assert str(bad) in shown.err
    assert reason in shown.err
    assert "1 files written" in shown.out
    assert saved.with_name("a b#1.csv").exists()


def test_it_is_a_command_that_loads_no_engine(saved: Path) -> None:
    code = "import runpy, sys; runpy.run_module('transcriber', run_name='__main__')"
    command = [sys.executable, "-X", "importtime", "-c", code, "export", str(saved), "--format", "TextGrid"]
    path = f"{ROOT / 'transcriber_image'}:{ROOT / 'dags'}"
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout == "1 files written.\n"
    assert saved.with_name("a b#1.TextGrid").exists()
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert loaded.isdisjoint({"deepspeech", "onnxruntime", "ds_ctcdecoder", "boto3"})
