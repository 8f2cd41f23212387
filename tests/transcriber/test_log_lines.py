"""The container's log: a key with control characters cannot start a line of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from tests.support.transcriber.shard_bucket import DRAFT, RUN, Bucket
from tests.transcriber.test_command import command
from transcriber.line_formatter import LineFormatter
from transcription.contract.log_text import printable

METRIC = '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": []}, "Transcribed": 1000}'


def test_a_line_break_in_a_key_forges_no_metric(bucket: Bucket, model_folder: Path) -> None:
    bucket.plan({f"input/a\r{METRIC}\r.wav": b"text"})
    done = command("--bucket", bucket.name, "--run", RUN, "--draft", DRAFT, "--model", model_folder)
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if not line.startswith('{"_aws"')]
    assert any(line.startswith("1/1 input/a\\r{") for line in lines)
    (metric,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"_aws"')]
    assert metric["Code"] == "AUDIO_NOT_WAV"


def test_an_error_is_one_line() -> None:
    done = command("a.wav", "--model", f"/nowhere\n{METRIC}")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("[MODEL_MISSING] ")


@pytest.mark.parametrize("character", ["\n", "\r", "\x00", "\x1b", "\x85", "\u2028", "\u202e"])
def test_a_message_and_its_traceback_have_no_control_characters(character: str) -> None:
    text = f"input/a{character}{METRIC}.wav"
    error = (ValueError, ValueError(text), None)
    record = logging.LogRecord("name", logging.ERROR, __file__, 1, "%s failed", (text,), error)
    first, *traceback = LineFormatter().format(record).split("\n")
    assert first == f"{printable(text)} failed"
    assert traceback
    assert all(line.startswith("| ") for line in traceback)
    assert all(line.isprintable() for line in (first, *traceback))


def test_readable_text_stays_as_it_is() -> None:
    text = "input/Gespräch mit 日本 'a' \\n #1.wav"
    assert printable(text) == text
