"""Comparison of both engines on the same files, with a scorer and the beam width of DeepSpeech's official model."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.machine import Machine
from benchmarks.results import Rows
from benchmarks.temporary_s3 import temporary_s3
from benchmarks.transcribing import models, recordings
from benchmarks.transcribing.child import Child, Texts
from benchmarks.transcribing.models import BenchmarkModel
from documentation.markdown import table

ENGINES = ("libdeepspeech", "auto")


@dataclass(frozen=True)
class AudioSet:
    """Files of the same length to transcribe."""

    #: The length of each file.
    seconds: int
    #: The number of files.
    files: int
    #: The number of cores to use.
    cores: int


_CORES = len(os.sched_getaffinity(0))
#: Most sets have five minutes of audio for each core, so that the start of a child takes a small part of the time.
#: The set of one file of 2 s is the smallest job. The transcriber cuts the file of 10 minutes into segments.
_SETS = (
    *(AudioSet(seconds, files, 1) for seconds, files in ((2, 150), (10, 30), (60, 5), (600, 1))),
    *(AudioSet(seconds, files, _CORES) for seconds, files in ((2, 1), (2, 300), (10, 60), (60, 10), (600, 1))),
)
#: For less than half a minute of audio, `auto` selects libdeepspeech, so the second set is longer.
_QUICK_SETS = (AudioSet(2, 1, 1), AudioSet(20, 2, _CORES))


def measure(quick: bool) -> Rows:
    """Measure a child with each engine and a model of the official size.

    Args:
        quick: Transcribe less than a minute of audio.

    Returns:
        A row for each set of files.

    Raises:
        BenchmarkError: The model cannot be made, an engine failed, or the engines wrote different texts.
    """
    model = models.official_size()
    with temporary_s3() as endpoint:
        return list(compare(model, _QUICK_SETS if quick else _SETS, endpoint))


def compare(model: BenchmarkModel, sets: Sequence[AudioSet], endpoint: str) -> Iterator[Mapping[str, Any]]:
    """Measure both engines with a model, and yield a row for each set of files.

    Args:
        model: The model.
        sets: The sets of files.
        endpoint: The URL of the local S3.

    Raises:
        BenchmarkError: An engine failed, or the engines wrote different texts.
    """
    core_numbers = sorted(os.sched_getaffinity(0))
    for audio in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", audio.seconds, audio.files)
            description = f"{audio.files} files of {audio.seconds} s, cores: {audio.cores}"
            usages: dict[str, dict[str, float]] = {}
            texts: dict[str, Texts] = {}
            for engine in ENGINES:
                print(f"{model.name}, {description}: {engine} …", flush=True)
                child = Child(endpoint, f"{engine}-{audio.seconds}-{audio.files}-{audio.cores}", model, engine)
                child.upload(files)
                usages[engine] = asdict(child.run(core_numbers[: audio.cores]))
                texts[engine] = child.texts(audio.files)
        _compare_texts(texts, description)
        yield {"model": model.name, **asdict(audio), "engines": usages}


def report(rows: Rows, machine: Machine) -> str:
    """Return the rows as a table and a chart in Markdown. The chart has the rows that used all cores."""
    header = ("files", "cores", *ENGINES, "times as fast", "processor time, times less")
    memory = tuple(f"memory of {engine}" for engine in ENGINES)
    cells = table((*header, *memory), map(_cells, rows))
    conditions = f"With a model of the official size, on {machine.description}, which also served S3."
    return f"{cells}\n\n{conditions}\n\n{_chart([row for row in rows if row['cores'] == machine.cores])}"


def _compare_texts(texts: Mapping[str, Texts], description: str) -> None:
    first, second = texts.values()
    if different := [key for key in first if first[key] != second.get(key)]:
        raise BenchmarkError(f"{description}: the engines wrote different texts of {', '.join(different)}.")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    libdeepspeech, auto = (row["engines"][engine] for engine in ENGINES)
    return (
        _files(row),
        str(row["cores"]),
        *(f"{_speed(row, engine):.1f}" for engine in ENGINES),
        f"{libdeepspeech['seconds'] / auto['seconds']:.1f}",
        f"{libdeepspeech['cpu_seconds'] / auto['cpu_seconds']:.1f}",
        *(f"{row['engines'][engine]['megabytes']:.0f} MB" for engine in ENGINES),
    )


def _files(row: Mapping[str, Any]) -> str:
    return f"{row['files']} of {row['seconds']} s"


def _speed(row: Mapping[str, Any], engine: str) -> float:
    """Return the speed of an engine: seconds of audio per second."""
    return float(row["seconds"] * row["files"] / row["engines"][engine]["seconds"])


def _chart(rows: Rows) -> str:
    """Return a chart in Mermaid, a language that GitHub renders: bars for `auto`, a line for libdeepspeech."""
    names = ", ".join(f'"{_files(row)}"' for row in rows)
    libdeepspeech, auto = (", ".join(f"{_speed(row, engine):.1f}" for row in rows) for engine in ENGINES)
    return (
        "```mermaid\nxychart-beta\n"
        '  title "Seconds of audio per second: bars auto, line libdeepspeech"\n'
        f"  x-axis [{names}]\n  bar [{auto}]\n  line [{libdeepspeech}]\n```"
    )
