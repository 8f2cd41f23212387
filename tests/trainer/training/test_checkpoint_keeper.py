"""When a training saves its state, and what a signal does to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.training import checkpoint_keeper
from trainer.training.checkpoint_keeper import CheckpointKeeper, TeachingInterrupted

FILE = Path("training.npz")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list whose only number is the time in seconds."""
    time = [0.0]
    monkeypatch.setattr(checkpoint_keeper.time, "monotonic", lambda: time[0])
    return time


def test_a_checkpoint_is_copied_every_ten_minutes_and_at_the_end(clock: list[float]) -> None:
    copies: list[float] = []
    keeper = CheckpointKeeper(lambda path: copies.append(clock[0]))
    for minute in range(25):
        clock[0] = 60.0 * minute
        keeper.keep(FILE, is_finished=minute == 24)
    assert copies == [600.0, 1200.0, 1440.0]


def test_the_time_before_a_training_does_not_count(clock: list[float]) -> None:
    keeper = CheckpointKeeper()
    clock[0] = 3600.0
    with keeper.training():
        assert not keeper.is_due
        clock[0] += 600.0
        assert keeper.is_due


def test_an_interrupted_training_copies_its_checkpoint_and_ends() -> None:
    copies: list[Path] = []
    keeper = CheckpointKeeper(copies.append)
    with pytest.raises(TeachingInterrupted), keeper.training():
        assert keeper.interrupt()
        assert keeper.is_due
        keeper.keep(FILE, is_finished=False)
    assert copies == [FILE]


def test_an_interruption_after_the_last_step_ends_the_teaching_too() -> None:
    keeper = CheckpointKeeper()
    with pytest.raises(TeachingInterrupted), keeper.training():
        keeper.interrupt()


def test_outside_of_a_training_nothing_has_to_be_saved() -> None:
    assert not CheckpointKeeper().interrupt()
