"""Both engines on the same files, with a model of the official size, a scorer and the beam of DeepSpeech's releases."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.markdown import table
from benchmarks.transcribing import models, recordings, usage
from benchmarks.transcribing.contestants import with_engine
from benchmarks.transcribing.models import BenchModel

#: Seconds of each file, and how many there are.
_SETS = ((2, 1), (2, 50), (10, 10), (60, 2), (600, 1))
ENGINES = ("libdeepspeech", "auto")


def measure() -> list[Mapping[str, Any]]:
    """A row for each set: what each engine took, from the start of the process to its end."""
    return list(compare(models.official_size(), _SETS))


def compare(model: BenchModel, sets: Sequence[tuple[int, int]]) -> Iterator[Mapping[str, Any]]:
    """The rows of one model."""
    for seconds, number in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", seconds, number)
            taken = {}
            for engine in ENGINES:
                print(f"{model.name}, {number} files of {seconds} s: {engine} …", flush=True)
                taken[engine] = asdict(usage.measure(with_engine(engine)(model, files), number))
        yield {"model": model.name, "audio_seconds": seconds, "files": number, "engines": taken}


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown."""
    header = (
        "files",
        *ENGINES,
        "times as fast",
        "processor time, times less",
        *(f"memory of {each}" for each in ENGINES),
    )
    return f"{table(header, map(_cells, part['rows']))}\n\nWith a model of the official size, on {part['machine']}."


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    audio, taken = row["audio_seconds"] * row["files"], row["engines"]
    old, new = (taken[each] for each in ENGINES)
    return (
        f"{row['files']} of {row['audio_seconds']} s",
        *(f"{audio / taken[each]['seconds']:.1f}" for each in ENGINES),
        f"{old['seconds'] / new['seconds']:.1f}",
        f"{old['cpu_seconds'] / new['cpu_seconds']:.1f}",
        *(f"{taken[each]['megabytes']:.0f} MB" for each in ENGINES),
    )
