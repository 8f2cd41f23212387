"""The comparison of programs, with little audio."""

from benchmarks.machine import Machine
from benchmarks.transcribing import models, programs
from benchmarks.transcribing.programs import AudioSet


def usage(seconds: float, megabytes: float = 0.0) -> dict[str, float]:
    return {"seconds": seconds, "cpu_seconds": 0.0, "megabytes": megabytes}


def test_every_program_transcribes_every_set_in_every_round() -> None:
    [row] = programs.compare(models.demo(), [AudioSet(2, 2, command_files=1, rounds=2)])
    assert (row["model"], row["audio_seconds"]) == ("demo model", 2)
    assert row["files"] == {"deepspeech_command": 1, "libdeepspeech": 2, "transcriber": 2}
    assert {program: len(rounds) for program, rounds in row["rounds"].items()} == dict.fromkeys(row["files"], 2)
    assert all(value > 0 for rounds in row["rounds"].values() for usage in rounds for value in usage.values())


def test_ratios_are_of_medians_and_per_core() -> None:
    rounds = {
        "deepspeech_command": [usage(100), usage(20), usage(20)],
        "libdeepspeech": [usage(20, 50), usage(20, 60), usage(1, 70)],
        "transcriber": [usage(10, 80), usage(10, 90), usage(90, 80)],
    }
    files = {"deepspeech_command": 15, "libdeepspeech": 30, "transcriber": 30}
    row = {"model": "m", "audio_seconds": 2, "files": files, "rounds": rounds}
    table = programs.report([row], Machine("4 cores of x", 4))
    assert "\n| m | 30 of 2 s | 1.5 | 3.0 | 6.0 | 4.00 | 0.50 | 60 MB | 80 MB |\n" in table
    assert table.endswith("\n\nOn 4 cores of x.")
