"""The progress of a task: one log line a minute, with the rate and the time left."""

from __future__ import annotations

import logging

import pytest

from transcription.shared.file_progress import FileProgress


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_log_has_a_line_a_minute(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    progress = FileProgress("verified", 100_000, clock)
    with caplog.at_level(logging.INFO):
        for _ in range(200):
            clock.now += 1
            progress.count(100)
    assert caplog.messages == [
        "Verified 6000 of 100000 files, 100 per second, about 15.7 minutes left.",
        "Verified 12000 of 100000 files, 100 per second, about 14.7 minutes left.",
        "Verified 18000 of 100000 files, 100 per second, about 13.7 minutes left.",
    ]


def test_files_of_an_earlier_attempt_do_not_count_for_the_rate(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    progress = FileProgress("moved", 100_000, clock)
    progress.skip(90_000)
    clock.now += 60
    with caplog.at_level(logging.INFO):
        progress.count(600)
    assert caplog.messages == ["Moved 90600 of 100000 files, 10 per second, about 15.7 minutes left."]


def test_a_short_task_logs_no_progress(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    progress = FileProgress("moved", 2, clock)
    clock.now += 59
    with caplog.at_level(logging.INFO):
        progress.count(2)
    assert caplog.messages == []
