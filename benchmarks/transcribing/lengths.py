"""Benchmark of the transcriber's processor time and memory for the same amount of audio in short and long files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.transcribing import models, recordings, resource_usage
from benchmarks.transcribing.commands import PROGRAMS
from benchmarks.transcribing.models import BenchmarkModel
from documentation.markdown import table

#: The lengths of the files in seconds. The last length is also the total amount of audio for each length.
_LENGTHS = (10, 60, 600, 3600)
_QUICK_LENGTHS = (1, 3)
#: The model's own memory is what libdeepspeech alone uses for this number of the shortest files.
_MODEL_FILES = 60
#: The other formats that are measured, by the endings of their names.
_ENDINGS = ("mp3", "m4a")


def measure(quick: bool) -> Rows:
    """Measure the transcriber with the demo model.

    Args:
        quick: Transcribe a few seconds only.

    Returns:
        A row for libdeepspeech alone with the shortest files, a row for each length, and a row for each other format.
    """
    return list(compare(models.demo(), _QUICK_LENGTHS if quick else _LENGTHS))


def compare(model: BenchmarkModel, lengths: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """Measure the transcriber with a model, and yield the rows that `measure` returns.

    Args:
        model: The model.
        lengths: The lengths of the files in seconds, the longest last. The files of each length have the same total
            amount of audio, so that the start of the transcriber takes the same part of the time.
    """
    for seconds in lengths:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", seconds, lengths[-1] // seconds)
            if seconds == lengths[0]:
                yield _row("libdeepspeech", model, seconds, files[:_MODEL_FILES])
            yield _row("transcriber", model, seconds, files)
            if seconds == lengths[-2]:
                for ending in _ENDINGS:
                    encoded_files = recordings.encode(files, ending)
                    yield {**_row("transcriber", model, seconds, encoded_files), "ending": ending}


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table in Markdown."""
    model, *lengths = rows
    header = (
        "files of",
        "processor time for a second of audio",
        f"memory beyond the model's own {model['megabytes']:.0f} MB",
    )
    cells = (
        (
            f"{row['audio_seconds']} s" + (f", {row['ending'].upper()}" if "ending" in row else ""),
            f"{1000 * row['cpu_seconds'] / (row['audio_seconds'] * row['files']):.1f} ms",
            f"{row['megabytes'] - model['megabytes']:.0f} MB",
        )
        for row in lengths
    )
    return f"{table(header, cells)}\n\nWith the demo model, on {machine.description}."


def _row(program: str, model: BenchmarkModel, seconds: int, files: Sequence[Path]) -> dict[str, Any]:
    print(f"{model.name}, {len(files)} {files[0].suffix} files of {seconds} s: {program} …", flush=True)
    usage = resource_usage.measure_transcription(PROGRAMS[program](model, files), len(files))
    return {"program": program, "audio_seconds": seconds, "files": len(files), **asdict(usage)}
