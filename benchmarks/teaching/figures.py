"""The figures of taught models, which are saved in `figures.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "figures.json"


@dataclass(frozen=True)
class ErrorRates:
    """Word error rates of the base model and of the taught model in per cent."""

    old: float
    new: float


@dataclass(frozen=True)
class Figure:
    """What one teaching measured."""

    #: Minutes of speech in the set, and of these in the recordings for training and for tuning.
    minutes: int
    train_minutes: float
    tuning_minutes: float
    #: The seed of all random choices.
    seed: int
    verdict: str
    test: ErrorRates
    #: Bounds of the 95 % interval of the improvement in points.
    interval_low: float
    interval_high: float
    #: By the name of the guard set.
    guards: Mapping[str, ErrorRates]


def read(file: Path = FILE) -> list[Figure]:
    """Return the saved figures, those with the fewest minutes first."""
    figures = []
    for entry in json.loads(file.read_text()):
        guards = {name: ErrorRates(**rates) for name, rates in entry["guards"].items()}
        figures.append(Figure(**{**entry, "test": ErrorRates(**entry["test"]), "guards": guards}))
    return sorted(figures, key=lambda figure: (figure.minutes, figure.seed))


def save(figures: Iterable[Any], file: Path) -> None:
    """Save figures, which are all of one dataclass, in its file."""
    document = [asdict(figure) for figure in figures]
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def collect(folder: Path) -> list[Figure]:
    """Return the figures of the reports `{minutes}-{seed}/report.json` in a folder."""
    return [_figure(path) for path in sorted(folder.glob("*-*/report.json"))]


def _figure(path: Path) -> Figure:
    report = json.loads(path.read_text())
    minutes, _, seed = path.parent.name.partition("-")
    rates = {name: ErrorRates(**values) for name, values in report["word_error_rate"].items()}
    interval = report["test"]["interval"]
    return Figure(
        minutes=int(minutes),
        train_minutes=round(report["amounts"]["train_minutes"], 2),
        tuning_minutes=round(report["amounts"]["tuning_minutes"], 2),
        seed=int(seed),
        verdict=report["decision"]["verdict"],
        test=rates.pop("test"),
        interval_low=round(interval["low"], 2),
        interval_high=round(interval["high"], 2),
        guards=rates,
    )
