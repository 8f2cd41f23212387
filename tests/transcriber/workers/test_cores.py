"""A container starts one process for each core that it may use, or the number that it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.transcriber.wav_files import Clip
from tests.transcriber.test_command import command
from transcriber.workers import cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000\n", 8),
        ("200000 100000\n", 2),
        ("50000 25000\n", 2),
        ("390000 100000\n", 4),
        ("10000 100000\n", 1),  # a tenth of a core
        ("6400000 100000\n", 8),  # more cores than the machine has
        ("", 8),
    ],
)
def test_a_container_gets_a_process_for_each_core_of_its_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, expected: int
) -> None:
    """More processes would share the same cores, and each needs memory for a model."""
    path = tmp_path / "cpu.max"
    path.write_text(quota)
    monkeypatch.setattr(cores, "_QUOTA", path)
    assert cores.count_cores() == expected


def test_without_a_quota_the_cores_of_the_cpu_affinity_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_QUOTA", tmp_path / "missing")
    assert cores.count_cores() == 8


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_an_impossible_number_of_processes_is_refused(clip: Clip, model_folder: Path, number: str) -> None:
    """The job definition sets the number. With 0, the engine would wait forever."""
    line = (clip.path, "--model", model_folder)
    for done in (command(*line, f"--processes={number}"), command(*line, TRANSCRIBER_PROCESSES=number)):
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{number} is not a whole number from 1" in done.stderr


def test_one_process_is_enough(clip: Clip, model_folder: Path) -> None:
    done = command(clip.path, "--model", model_folder, "--processes", "1")
    assert (done.returncode, done.stdout) == (0, f"{clip.path}: {clip.text}\n")
    assert done.stderr.count("DeepSpeech: v0.9.3") == 1  # libdeepspeech prints it for each load
