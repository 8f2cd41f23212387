"""What ours takes for the same amount of audio in short files and in long ones: processor time and memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.markdown import table
from benchmarks.transcribing import models, recordings, usage
from benchmarks.transcribing.contestants import ours, raw
from benchmarks.transcribing.models import BenchModel
from benchmarks.transcribing.usage import Usage

#: In seconds; the last one is how much audio there is of each.
_LENGTHS = (10, 60, 600, 3600)
#: The model's own memory is what `raw` needs for so many of the shortest files.
_RAW_FILES = 60


def measure() -> list[Mapping[str, Any]]:
    """A row for each length, and of the shortest one for `raw` too."""
    return list(compare(models.demo(), _LENGTHS))


def compare(model: BenchModel, lengths: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """The rows of one model. All lengths make the same amount of audio, so that starting weighs the same."""
    for seconds in lengths:
        number = lengths[-1] // seconds
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", seconds, number)
            if seconds == lengths[0]:
                some = files[:_RAW_FILES]
                print(f"{model.name}, {len(some)} files of {seconds} s: raw …", flush=True)
                yield _row("raw", seconds, len(some), usage.measure(raw(model, some), len(some)))
            print(f"{model.name}, {number} files of {seconds} s: ours …", flush=True)
            yield _row("ours", seconds, number, usage.measure(ours(model, files), number))


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown."""
    own, *rows = part["rows"]
    header = (
        "files of",
        "processor time for a second of audio",
        f"memory beyond the model's own {own['megabytes']:.0f} MB",
    )
    cells = (
        (
            f"{row['audio_seconds']} s",
            f"{1000 * row['cpu_seconds'] / (row['audio_seconds'] * row['files']):.1f} ms",
            f"{row['megabytes'] - own['megabytes']:.0f} MB",
        )
        for row in rows
    )
    return f"{table(header, cells)}\n\nWith the demo model, on {part['machine']}."


def _row(contestant: str, seconds: int, files: int, taken: Usage) -> dict[str, Any]:
    return {"contestant": contestant, "audio_seconds": seconds, "files": files, **asdict(taken)}
