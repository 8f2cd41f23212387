"""Both engines on the same files, with a model of the official size, a scorer and the beam of DeepSpeech's releases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.local_s3 import local_s3
from benchmarks.markdown import table
from benchmarks.transcribing import models, recordings
from benchmarks.transcribing.child import Child, Texts
from benchmarks.transcribing.models import BenchModel

ENGINES = ("libdeepspeech", "auto")


@dataclass(frozen=True)
class AudioSet:
    """So many files of so many seconds each, transcribed on so many cores."""

    seconds: int
    files: int
    cores: int


_CORES = len(os.sched_getaffinity(0))
#: So much audio that starting weighs little, as in a night's child, which gets hours; and the smallest job there is.
_SETS = (
    *(AudioSet(seconds, files, 1) for seconds, files in ((2, 150), (10, 30), (60, 5), (600, 1))),
    *(AudioSet(seconds, files, _CORES) for seconds, files in ((2, 1), (2, 300), (10, 60), (60, 10), (600, 1))),
)


def measure() -> list[Mapping[str, Any]]:
    """A row for each set: what a child took with each engine, from its start to its end."""
    model = models.official_size()
    with local_s3() as endpoint:
        return list(compare(model, _SETS, endpoint))


def compare(model: BenchModel, sets: Sequence[AudioSet], endpoint: str) -> Iterator[Mapping[str, Any]]:
    """The rows of one model, through the S3 at `endpoint`.

    Raises:
        BenchmarkError: an engine failed, or they wrote different texts.
    """
    places = sorted(os.sched_getaffinity(0))
    for each in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", each.seconds, each.files)
            what = f"{each.files} files of {each.seconds} s, cores: {each.cores}"
            taken: dict[str, dict[str, float]] = {}
            texts: dict[str, Texts] = {}
            for engine in ENGINES:
                print(f"{model.name}, {what}: {engine} …", flush=True)
                child = Child(endpoint, f"{engine}-{each.seconds}-{each.files}-{each.cores}", model, engine)
                child.upload(files)
                taken[engine] = asdict(child.run(places[: each.cores]))
                texts[engine] = child.texts(each.files)
        old, new = texts.values()
        if differ := [key for key in old if old[key] != new.get(key)]:
            raise BenchmarkError(f"{what}: the engines wrote different texts of {', '.join(differ)}.")
        yield {"model": model.name, **asdict(each), "engines": taken}


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown, and a chart of it."""
    header = ("files", "cores", *ENGINES, "times as fast", "processor time, times less")
    memory = tuple(f"memory of {each}" for each in ENGINES)
    rows = part["rows"]
    cells = table((*header, *memory), map(_cells, rows))
    chart = _chart([row for row in rows if row["cores"] == part["cores"]])
    return f"{cells}\n\nWith a model of the official size, on {part['machine']}, which also stood for S3.\n\n{chart}"


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
