"""A recording of hours is not silent until its end: the log says how far it has come."""

from __future__ import annotations

import math
import re
import time

import numpy as np
import pytest

from tests.support.transcriber.shard_bucket import Bucket, Run
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.shard import run_shard

_LINE = re.compile(r"(?P<key>input/\S+): (?P<reached>\d+\.\d) of (?P<of>\d+\.\d) minutes")


@pytest.fixture
def long(clip: Clip) -> bytes:
    """72 s of speech."""
    return wav(np.resize(clip.samples, 72 * RATE))


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, float, str]]:
    found = map(_LINE.fullmatch, caplog.messages)
    return [(each["key"], float(each["reached"]), each["of"]) for each in found if each]


def test_the_log_says_how_many_minutes_of_which_file_are_done(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_shard._PROGRESS_SECONDS <= 60
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", 0.0)
    caplog.set_level("INFO")
    bucket.plan({"input/a b.wav": b"text", "input/x/long.wav": long, "input/second.wav": long})
    run()
    lines = told(caplog)
    assert {(key, of) for key, _, of in lines} == {("input/x/long.wav", "1.2"), ("input/second.wav", "1.2")}
    for name in ("input/x/long.wav", "input/second.wav"):
        reached = [minutes for key, minutes, _ in lines if key == name]
        assert reached == sorted(reached)
        assert len(reached) >= 5
        assert (reached[0], reached[-1]) == (pytest.approx(0.2, abs=0.1), pytest.approx(1.2, abs=0.1))


class Interval(float):
    """Always over; remembers how long each had been."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def __le__(self, seconds: float) -> bool:
        self.seen.append(seconds)
        return True


def test_an_interval_begins_with_each_line(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise there is a line for every segment from the second minute on."""
    interval = Interval()
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", interval)
    bucket.plan({"input/long.wav": long})
    begun = time.monotonic()
    run()
    assert len(interval.seen) >= 5
    assert sum(interval.seen) <= time.monotonic() - begun


def test_a_file_that_is_done_within_the_interval_has_one_line(
    bucket: Bucket, run: Run, long: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run_shard, "_PROGRESS_SECONDS", math.inf)
    caplog.set_level("INFO")
    bucket.plan({"input/long.wav": long})
    run()
    assert told(caplog) == []
    assert any(each.startswith("1/1 input/long.wav 72.0 s of audio") for each in caplog.messages)
