"""`python -m transcriber` as Batch and users start it: exit codes, and messages without a traceback."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket
from tests.support.transcriber.wav_files import Clip
from transcriber.command import _run_child
from transcriber.shard import run_shard
from transcription.contract import records
from transcription.contract.errors import ShardIncomplete
from transcription.contract.options import Options
from transcription.contract.reason import Reason
from transcription.contract.result import TRANSCRIBED
from transcription.contract.run_keys import RunKeys

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment variables of the command."""
    path = os.pathsep.join(str(ROOT / folder) for folder in ("dags", "transcriber_image"))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **more}


def command(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with these arguments and more environment variables."""
    line = [sys.executable, "-m", "transcriber", *map(str, arguments)]
    return subprocess.run(line, env=environment(**more), capture_output=True, text=True, timeout=120, check=False)


def test_a_network_is_converted_where_the_libraries_of_deepspeech_cannot_be_loaded(
    model_folder: Path, tmp_path: Path
) -> None:
    """A machine without AVX, such as an Arm Mac that emulates x86-64, does so while it builds the image."""
    code = f"""
import sys
sys.modules["deepspeech"] = sys.modules["ds_ctcdecoder"] = None
sys.argv = ["transcriber", "--convert", {str(tmp_path)!r}, "--model", {str(model_folder)!r}]
from transcriber.command import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [file.name for file in tmp_path.rglob("*.onnx")] == ["acoustic.onnx"]


def test_local_files_are_transcribed_without_a_bucket(clips: list[Clip], model_folder: Path) -> None:
    done = command(*(clip.path for clip in clips), "--model", model_folder)
    assert done.returncode == 0
    assert sorted(done.stdout.splitlines()) == sorted(f"{clip.path}: {clip.text}" for clip in clips)


def test_a_bad_local_file_is_named_and_the_others_are_transcribed(
    tmp_path: Path, clip: Clip, model_folder: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"text")
    missing = tmp_path / "missing.wav"
    done = command(bad, missing, clip.path, TRANSCRIBER_MODEL=str(model_folder))
    assert done.returncode == 1
    assert done.stdout == f"{clip.path}: {clip.text}\n"
    assert f"{bad}: [AUDIO_NOT_WAV]" in done.stderr
    assert f"{missing}: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--run", "x"),
        ("--bucket", "x"),
        ("--bucket", "b", "--run", "r"),
        ("--bucket", "b", "--run", "r", "--draft", "d", "a.wav"),
    ],
)
def test_an_incomplete_combination_of_arguments_is_refused(arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "give either recordings, or --bucket, --run and --draft, or --self-test" in done.stderr


def test_a_bad_beam_width_is_refused_before_anything_is_loaded(clip: Clip) -> None:
    done = command(clip.path, "--beam-width", "0", "--model", "/nowhere")
    assert done.returncode == 1
    assert "[OPTION_INVALID]" in done.stderr


def test_hot_words_work_for_local_files(clips: list[Clip], model_folder: Path) -> None:
    [start] = [clip for clip in clips if clip.text == "yes start play next"]
    words = ("--hot-word", "stop:20", "--hot-word", "start:-30")
    assert command(start.path, *words, "--model", model_folder).stdout == f"{start.path}: yes stop play next\n"


@pytest.mark.parametrize("word", ["stop", "stop:loud", "stop:1000", "two words:5", "Ö:5"])
def test_a_hot_word_that_cannot_be_used_gives_one_line_and_no_traceback(
    clip: Clip, model_folder: Path, word: str
) -> None:
    done = command(clip.path, "--hot-word", word, "--model", model_folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("[OPTION_INVALID] hot word ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "option", [("--beam-width", "10"), ("--hot-word", "stop:5"), ("--lm-alpha", "0"), ("--whole",)]
)
def test_an_option_that_a_run_would_ignore_is_refused(option: tuple[str, str]) -> None:
    done = command("--bucket", "b", "--run", "r", "--draft", "d", *option)
    assert done.returncode == 2
    assert "the options of a run are in its manifest" in done.stderr


def test_a_missing_model_gives_one_line_and_no_traceback(clip: Clip, tmp_path: Path) -> None:
    done = command(clip.path, "--model", tmp_path / "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("[MODEL_MISSING] ")
    assert len(done.stderr.splitlines()) == 1


def test_a_child_transcribes_the_shard_with_its_array_index(bucket: Bucket, clip: Clip, model_folder: Path) -> None:
    bucket.plan({"input/a.wav": clip.data}, index=0)
    bucket.plan({"input/b.wav": clip.data}, index=1)
    arguments = ("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert command(*arguments, AWS_BATCH_JOB_ARRAY_INDEX="1").returncode == 0
    assert bucket.keys("output/") == ["output/b", "output/b.json"]
    done = command(*arguments)  # no array index: a run with one shard
    assert done.returncode == 0
    assert "output/a" in bucket.keys("output/")
    first, second, third, *_ = done.stdout.splitlines()
    assert first.startswith(f"run {RUN}, shard 0: 1 files")
    assert second == "engine: libdeepspeech 0.9.3"  # chosen automatically for so little audio
    assert third.startswith("1/1 input/a.wav ")
    assert "RTF" in done.stdout and "confidence" in done.stdout


def test_corrupt_audio_does_not_fail_the_child(bucket: Bucket, model_folder: Path) -> None:
    bucket.plan({"input/bad.wav": b""})
    done = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert done.returncode == 0
    assert "1/1 input/bad.wav failed AUDIO_EMPTY: " in done.stdout


def child_reason(bucket: Bucket) -> Reason:
    """Return the recorded reason why child 0 ended."""
    key = RunKeys(RUN).child_reason(DRAFT, 0)
    return records.load(Reason, bucket.read(key), key)


def test_a_damaged_model_is_the_recorded_reason_of_the_child(bucket: Bucket, clip: Clip, tmp_path: Path) -> None:
    bucket.plan({"input/a.wav": clip.data})
    (tmp_path / "damaged.pbmm").write_bytes(b"no model")
    done = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", tmp_path)
    assert done.returncode == 1
    failure = child_reason(bucket).failure
    assert done.stderr.splitlines()[-1] == f"[{failure.code}] {failure.message}"
    assert failure.code == "MODEL_INVALID"
    assert child_reason(bucket).item is None


def test_an_error_that_nobody_expects_is_recorded_and_counted(
    bucket: Bucket, clip: Clip, model_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fill_the_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    caplog.set_level(logging.INFO)
    bucket.plan({"input/a.wav": clip.data})
    monkeypatch.setattr(run_shard, "run_shard", fill_the_disk)
    arguments = argparse.Namespace(bucket=bucket.name, run=RUN, draft=DRAFT, model=model_folder)
    with pytest.raises(OSError, match="No space left"):
        _run_child(arguments, 1)
    assert child_reason(bucket).failure.code == "CHILD_FAILED"
    assert "OSError: [Errno 28] No space left on device" in child_reason(bucket).failure.message
    assert any('"Code": "CHILD_FAILED"' in message for message in caplog.messages)


def test_a_child_whose_files_have_reasons_has_none_of_its_own(
    bucket: Bucket, clip: Clip, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_a_file(*_: object) -> None:
        raise ShardIncomplete("1 of 1 files are not done")

    bucket.plan({"input/a.wav": clip.data})
    monkeypatch.setattr(run_shard, "run_shard", leave_a_file)
    arguments = argparse.Namespace(bucket=bucket.name, run=RUN, draft=DRAFT, model=model_folder)
    with pytest.raises(ShardIncomplete):
        _run_child(arguments, 1)
    assert bucket.keys(RunKeys(RUN).reasons(DRAFT)) == []


def test_a_missing_model_or_bucket_fails_the_child(bucket: Bucket, clip: Clip, model_folder: Path) -> None:
    bucket.plan({"input/a.wav": clip.data}, Options(model="nowhere"))
    missing_model = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT)
    assert (missing_model.returncode, missing_model.stderr.split()[0]) == (1, "[MODEL_MISSING]")
    assert child_reason(bucket).failure.code == "MODEL_MISSING"
    assert "nowhere" in child_reason(bucket).failure.message
    no_bucket = command("--bucket", "there-is-none", "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert (no_bucket.returncode, no_bucket.stderr.split()[0]) == (1, "[STORAGE_DENIED]")
    assert "Traceback" not in missing_model.stderr + no_bucket.stderr


def test_a_child_that_is_terminated_loses_nothing_and_commits_nothing_unfinished(
    bucket: Bucket, clip: Clip, model_folder: Path, tmp_path: Path
) -> None:
    files = 80
    bucket.plan({f"input/{number:03d}.wav": clip.data for number in range(files)})
    line = [
        sys.executable,
        "-m",
        "transcriber",
        "--bucket",
        bucket.name,
        "--run",
        RUN,
        "--draft",
        DRAFT,
        "--model",
        str(model_folder),
    ]
    with subprocess.Popen(line, env=environment(TMPDIR=str(tmp_path)), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"shard 0: 80 files" in process.stdout.readline()
        assert process.stdout.readline().startswith(b"engine: batched float32")
        assert b"1/80 input/" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait() == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == [], "temporary files are left"
    committed = len(bucket.keys(RunKeys(RUN).results))
    assert 1 <= committed < files

    resumed = command(*line[3:])
    assert resumed.returncode == 0
    assert resumed.stdout.count("was done before") == committed
    assert {bucket.result(number).status for number in range(files)} == {TRANSCRIBED}
    assert {bucket.text(f"{number:03d}") for number in range(files)} == {f"{clip.text}\n"}
