"""A listening copy is what was transcribed, and no failure of it reaches the transcript."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.audio.audio_stream import describe
from transcriber.audio.listening_copy import ListeningCopy
from transcriber.audio.listening_recorder import ListeningFiles, ListeningRecorder


@pytest.fixture
def a_law(clip: Clip, tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(clip.samples, RATE, "ALAW"))
    return path


def record(recording: Path, *streams: Any) -> ListeningFiles:
    """Record streams of samples in three blocks."""
    names = ("1", "2", "3")[: len(streams)]
    recorder = ListeningRecorder(recording, describe(recording), names, RATE, recording.with_suffix(".flac"))
    for block in np.array_split(np.stack(streams), 3, axis=1):
        recorder.add(list(block))
    return recorder.finish(1.0)


@pytest.mark.parametrize("streams", [1, 2])
def test_the_copy_has_the_samples_that_were_transcribed(a_law: Path, clip: Clip, streams: int) -> None:
    channels = [clip.samples, clip.samples[::-1]][:streams]
    copy = record(a_law, *channels).copy
    assert copy is not None
    samples, rate = soundfile.read(copy, dtype="int16", always_2d=True)
    assert rate == RATE
    assert np.array_equal(samples, np.stack(channels, axis=1))


def test_the_copy_of_more_channels_is_their_mean(a_law: Path, clip: Clip) -> None:
    copy = record(a_law, clip.samples, clip.samples, np.zeros_like(clip.samples)).copy
    assert copy is not None
    samples, _ = soundfile.read(copy, dtype="int16")
    assert np.array_equal(samples, np.rint(clip.samples * np.float64(2) / 3))


def test_what_browsers_play_is_not_copied(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(clip.data)
    files = record(path, clip.samples)
    assert (files.copy, files.note) == (None, "")
    assert files.peaks
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_costs_the_copy_and_nothing_else(
    a_law: Path, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    files = record(a_law, clip.samples)
    assert files.copy is None
    assert "less than 512 MiB are free" in files.note
    assert files.peaks
    assert list(tmp_path.iterdir()) == [a_law]


@pytest.mark.parametrize("method", ["__init__", "add", "close"])
def test_a_failure_of_libsndfile_costs_the_copy_and_nothing_else(
    a_law: Path, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no more")

    monkeypatch.setattr(ListeningCopy, method, fail)
    files = record(a_law, clip.samples)
    assert files.copy is None
    assert files.note == "The listening copy could not be written: no more."
    assert files.peaks
    assert list(tmp_path.iterdir()) == [a_law]


def test_a_recording_without_a_transcript_leaves_no_copy(a_law: Path, clip: Clip, tmp_path: Path) -> None:
    recorder = ListeningRecorder(a_law, describe(a_law), (None,), RATE, a_law.with_suffix(".flac"))
    recorder.add([clip.samples])
    recorder.cancel()
    assert list(tmp_path.iterdir()) == [a_law]
    record(a_law, clip.samples).discard()
    assert list(tmp_path.iterdir()) == [a_law]
