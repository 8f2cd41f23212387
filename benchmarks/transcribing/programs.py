"""Comparison of programs that use libdeepspeech, on the same files.

The programs take turns in each round, so that a slow moment of the machine does not slow one program only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.transcribing import models, recordings, resource_usage
from benchmarks.transcribing.commands import PROGRAMS
from benchmarks.transcribing.models import BenchmarkModel
from documentation.markdown import table


@dataclass(frozen=True)
class AudioSet:
    """Files of the same length to transcribe."""

    #: The length of each file.
    seconds: int
    #: The number of files.
    files: int
    #: The number of files for the `deepspeech` command. It starts again for each file, so more files would not change
    #: its speed.
    command_files: int
    #: How often each program transcribes the files.
    rounds: int


#: On two cores, all programs together need one second for a second of audio with the official size, and 0.05 s with the
#: demo model. The transcriber starts within half a second, which is a small part of the time for each set.
_OFFICIAL_SETS = (AudioSet(2, 50, 4, 1), AudioSet(10, 10, 2, 1), AudioSet(60, 2, 1, 1), AudioSet(300, 1, 1, 1))
_DEMO_SETS = (AudioSet(2, 900, 10, 1), AudioSet(10, 180, 10, 1), AudioSet(60, 30, 3, 1), AudioSet(600, 1, 1, 1))
_QUICK_SETS = (AudioSet(2, 2, 1, 1),)


def measure(quick: bool) -> Rows:
    """Measure all programs with a model of the official size and with the demo model.

    Args:
        quick: Transcribe a few seconds only.

    Returns:
        A row for each model and set of files. The row has the measurements of all programs in all rounds.

    Raises:
        BenchmarkError: The large model cannot be made, or a program failed.
    """
    official_sets, demo_sets = (_QUICK_SETS, _QUICK_SETS) if quick else (_OFFICIAL_SETS, _DEMO_SETS)
    return [*compare(models.official_size(), official_sets), *compare(models.demo(), demo_sets)]


def compare(model: BenchmarkModel, sets: Sequence[AudioSet]) -> Iterator[Mapping[str, Any]]:
    """Measure all programs with a model, and yield a row for each set of files.

    Raises:
        BenchmarkError: A program failed.
    """
    for audio in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", audio.seconds, audio.files)
            files_of = {**dict.fromkeys(PROGRAMS, files), "deepspeech_command": files[: audio.command_files]}
            rounds: dict[str, list[dict[str, float]]] = {program: [] for program in PROGRAMS}
            for number in range(audio.rounds):
                for program, commands in PROGRAMS.items():
                    given = files_of[program]
                    description = f"round {number + 1} of {audio.rounds}, {len(given)} files of {audio.seconds} s"
                    print(f"{model.name}, {description}: {program} …", flush=True)
                    usage = resource_usage.measure_transcription(commands(model, given), len(given))
                    rounds[program].append(asdict(usage))
        counts = {program: len(given) for program, given in files_of.items()}
        yield {"model": model.name, "audio_seconds": audio.seconds, "files": counts, "rounds": rounds}


def report(rows: Rows, machine: Machine) -> str:
    """Return the medians of the rounds, and the ratios of the medians, as a table in Markdown."""
    header = (
        "model",
        "files",
        "`deepspeech` command",
        "libdeepspeech, one core",
        "transcriber",
        "transcriber ÷ command",
        "transcriber ÷ libdeepspeech, per core",
        "memory of libdeepspeech",
        "memory of transcriber",
    )
    return f"{table(header, (_cells(row, machine.cores) for row in rows))}\n\nOn {machine.description}."


def _cells(row: Mapping[str, Any], cores: int) -> tuple[str, ...]:
    rounds, files, length = row["rounds"], row["files"], row["audio_seconds"]
    speed = {program: length * files[program] / _median(rounds[program], "seconds") for program in PROGRAMS}
    return (
        row["model"],
        f"{files['transcriber']} of {length} s",
        *(f"{value:.1f}" for value in speed.values()),
        f"{speed['transcriber'] / speed['deepspeech_command']:.2f}",
        f"{speed['transcriber'] / speed['libdeepspeech'] / cores:.2f}",
        *(f"{_median(rounds[program], 'megabytes'):.0f} MB" for program in ("libdeepspeech", "transcriber")),
    )


def _median(rounds: Sequence[Mapping[str, float]], quantity: str) -> float:
    return median(usage[quantity] for usage in rounds)
