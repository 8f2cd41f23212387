"""The contestants on the same files, in turns, so that what slows the machine for a while slows all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.markdown import table
from benchmarks.transcribing import models, recordings, usage
from benchmarks.transcribing.contestants import CONTESTANTS
from benchmarks.transcribing.models import BenchModel


@dataclass(frozen=True)
class AudioSet:
    """So many files of so many seconds each, and how often each contestant transcribes them."""

    seconds: int
    files: int
    #: How many of them the original's way gets. With a process for each file it is as fast with few as with many.
    few: int
    rounds: int


#: On two cores a second of audio takes all contestants together a second with the official size, and 0.05 s with the
#: demo model. Sets are so large that starting, which takes ours half a second, weighs little.
_OFFICIAL_SETS = (AudioSet(2, 50, 4, 2), AudioSet(10, 10, 2, 2), AudioSet(60, 2, 1, 1), AudioSet(600, 1, 1, 1))
_DEMO_SETS = (AudioSet(2, 1800, 20, 2), AudioSet(10, 360, 20, 2), AudioSet(60, 60, 6, 2), AudioSet(600, 1, 1, 2))


def measure() -> list[Mapping[str, Any]]:
    """A row for each set with each model: what every contestant took in each round."""
    return [*race(models.official_size(), _OFFICIAL_SETS), *race(models.demo(), _DEMO_SETS)]


def race(model: BenchModel, sets: Sequence[AudioSet]) -> Iterator[Mapping[str, Any]]:
    """The rows of one model."""
    for each in sets:
        with tempfile.TemporaryDirectory() as folder:
            files = recordings.write(Path(folder) / "audio", each.seconds, each.files)
            given = {name: files[: each.few] if name == "original" else files for name in CONTESTANTS}
            rounds: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
            for number in range(each.rounds):
                for name, commands in CONTESTANTS.items():
                    what = f"{len(given[name])} files of {each.seconds} s"
                    print(f"{model.name}, round {number + 1} of {each.rounds}, {what}: {name} …", flush=True)
                    taken = usage.measure(commands(model, given[name]), len(given[name]))
                    rounds[name].append(asdict(taken))
        counts = {name: len(paths) for name, paths in given.items()}
        yield {"model": model.name, "audio_seconds": each.seconds, "files": counts, "rounds": rounds}


def report(part: Mapping[str, Any]) -> str:
    """A table in Markdown of medians and their ratios."""
    header = ("model", "files", *CONTESTANTS, "ours ÷ original", "ours ÷ raw, per core", "memory of raw", "of ours")
    rows = [_cells(row, part["cores"]) for row in part["rows"]]
    return f"{table(header, rows)}\n\nOn {part['machine']}."


def _cells(row: Mapping[str, Any], cores: int) -> tuple[str, ...]:
    rounds, files, length = row["rounds"], row["files"], row["audio_seconds"]
    speed = {name: length * files[name] / _median(rounds[name], "seconds") for name in CONTESTANTS}
    return (
        row["model"],
        f"{files['ours']} of {length} s",
        *(f"{value:.1f}" for value in speed.values()),
        f"{speed['ours'] / speed['original']:.2f}",
        f"{speed['ours'] / speed['raw'] / cores:.2f}",
        *(f"{_median(rounds[name], 'megabytes'):.0f} MB" for name in ("raw", "ours")),
    )


def _median(rounds: Sequence[Mapping[str, float]], what: str) -> float:
    return median(each[what] for each in rounds)
