"""Both engines on the same files, with a model of the official size, a scorer and the beam of DeepSpeech's releases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.markdown import table
from benchmarks.transcribing import models, recordings, usage
from benchmarks.transcribing.contestants import with_engine
from benchmarks.transcribing.models import BenchModel

ENGINES = ("libdeepspeech", "auto")


@dataclass(frozen=True)
class AudioSet:
    """So many files of so many seconds each, transcribed on so many cores."""

    seconds: int
    files: int
    cores: int


_CORES = len(os.sched_getaffinity(0))
_SETS = (
    *(AudioSet(seconds, files, 1) for seconds, files in ((2, 50), (10, 10), (60, 2))),
    *(AudioSet(seconds, files, _CORES) for seconds, files in ((2, 1), (2, 50), (10, 10), (60, 2), (600, 1))),
)


def measure() -> list[Mapping[str, Any]]:
    """A row for each set: what each engine took, from the start of the process to its end."""
    return list(compare(models.official_size(), _SETS))


def compare(model: BenchModel, sets: Sequence[AudioSet]) -> Iterator[Mapping[str, Any]]:
    """The rows of one model."""
    places = sorted(os.sched_getaffinity(0))
    for each in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", each.seconds, each.files)
            pinned = ("taskset", "--cpu-list", ",".join(map(str, places[: each.cores])))
            taken = {}
            for engine in ENGINES:
                what = f"{each.files} files of {each.seconds} s, cores: {each.cores}"
                print(f"{model.name}, {what}: {engine} …", flush=True)
                commands = [(*pinned, *command) for command in with_engine(engine)(model, files)]
                taken[engine] = asdict(usage.measure(commands, each.files))
        yield {"model": model.name, **asdict(each), "engines": taken}


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown, and a chart of it."""
    header = ("files", "cores", *ENGINES, "times as fast", "processor time, times less")
    memory = tuple(f"memory of {each}" for each in ENGINES)
    rows = part["rows"]
    cells = table((*header, *memory), map(_cells, rows))
    chart = _chart([row for row in rows if row["cores"] == part["cores"]])
    return f"{cells}\n\nWith a model of the official size, on {part['machine']}.\n\n{chart}"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    old, new = (row["engines"][each] for each in ENGINES)
    return (
        _files(row),
        str(row["cores"]),
        *(f"{_speed(row, each):.1f}" for each in ENGINES),
        f"{old['seconds'] / new['seconds']:.1f}",
        f"{old['cpu_seconds'] / new['cpu_seconds']:.1f}",
        *(f"{row['engines'][each]['megabytes']:.0f} MB" for each in ENGINES),
    )


def _files(row: Mapping[str, Any]) -> str:
    return f"{row['files']} of {row['seconds']} s"


def _speed(row: Mapping[str, Any], engine: str) -> float:
    """Seconds of audio in a second."""
    return float(row["seconds"] * row["files"] / row["engines"][engine]["seconds"])


def _chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """A chart that GitHub draws: bars for the default, a line for libdeepspeech."""
    names = ", ".join(f'"{_files(row)}"' for row in rows)
    old, new = (", ".join(f"{_speed(row, each):.1f}" for row in rows) for each in ENGINES)
    return (
        "```mermaid\nxychart-beta\n"
        '  title "Seconds of audio in a second: bars auto, line libdeepspeech"\n'
        f"  x-axis [{names}]\n  bar [{new}]\n  line [{old}]\n```"
    )
