"""The log shows the progress of long recordings."""

from __future__ import annotations

import math
import re
import time

import numpy as np
import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.shard import run_shard

_LINE = re.compile(r"(?P<key>input/\S+): (?P<reached>\d+\.\d) of (?P<total>\d+\.\d) minutes")


@pytest.fixture
def long(clip: Clip) -> bytes:
    """72 s of speech."""
    return wav(np.resize(clip.samples, 72 * RATE))


def progress_lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, float, str]]:
    """Key, minutes reached and minutes in total, of each line of progress."""
    matches = map(_LINE.fullmatch, caplog.messages)
    return [(match["key"], float(match["reached"]), match["total"]) for match in matches if match]


def test_the_log_shows_how_many_minutes_of_each_file_are_done(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_shard._PROGRESS_SECONDS <= 60
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", 0.0)
    caplog.set_level("INFO")
    bucket.plan({"input/a b.wav": b"text", "input/x/long.wav": long, "input/second.wav": long})
    run()
    lines = progress_lines(caplog)
    assert {(key, total) for key, _, total in lines} == {("input/x/long.wav", "1.2"), ("input/second.wav", "1.2")}
    for name in ("input/x/long.wav", "input/second.wav"):
        reached = [minutes for key, minutes, _ in lines if key == name]
        assert reached == sorted(reached)
        assert len(reached) >= 5
        assert (reached[0], reached[-1]) == (pytest.approx(0.2, abs=0.1), pytest.approx(1.2, abs=0.1))


class Interval(float):
    """An interval that counts as over at any time, and collects the seconds since the last line."""

    def __init__(self) -> None:
        self.elapsed: list[float] = []

    def __le__(self, seconds: float) -> bool:
        self.elapsed.append(seconds)
        return True


def test_an_interval_begins_with_each_line(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise there would be a line for each segment from the second minute on."""
    interval = Interval()
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", interval)
    bucket.plan({"input/long.wav": long})
    begun = time.monotonic()
    run()
    assert len(interval.elapsed) >= 5
    assert sum(interval.elapsed) <= time.monotonic() - begun


def test_a_file_that_is_done_within_the_interval_has_no_line_of_progress(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", math.inf)
    caplog.set_level("INFO")
    bucket.plan({"input/long.wav": long})
    run()
    assert progress_lines(caplog) == []
    assert any(message.startswith("1/1 input/long.wav 72.0 s of audio") for message in caplog.messages)
