"""The figures of taught words, which are saved in `word_figures.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.teaching.figures import ErrorRates
from transcription.contract.word_errors import WordErrors

FILE = Path(__file__).parent / "word_figures.json"


@dataclass(frozen=True)
class WordFigure:
    """What the teaching of one list of words measured."""

    #: The name of the set.
    name: str
    verdict: str
    #: Number of words in the test.
    words: int
    test: ErrorRates
    #: Bounds of the 95 % interval of the improvement in points.
    interval_low: float
    interval_high: float
    #: Letter error rates in the test.
    letters: ErrorRates
    guard: ErrorRates
    #: Of the new scorer that knows the base model's words, too, which may not be the chosen one: word error rates in
    #: the tuning recordings and in the half of the guard that is for the choice.
    tuning: ErrorRates
    tuning_guard: ErrorRates


def read(file: Path = FILE) -> list[WordFigure]:
    """Return the saved figures in the order in which they were saved."""
    rates = ("test", "letters", "guard", "tuning", "tuning_guard")
    return [
        WordFigure(**{**entry, **{name: ErrorRates(**entry[name]) for name in rates}})
        for entry in json.loads(file.read_text())
    ]


def collect(folder: Path, names: Iterable[str]) -> list[WordFigure]:
    """Return the figures of the reports `{folder}/{name}/report.json`."""
    return [_figure(name, json.loads((folder / name / "report.json").read_text())) for name in names]


def _figure(name: str, report: Mapping[str, Any]) -> WordFigure:
    old, new = (WordErrors(**report["test"][model]) for model in ("old", "new"))
    interval, rates = report["test"]["interval"], report["word_error_rate"]
    base, all_words = report["candidates"][:2]
    [guard] = base["guard_errors"]
    return WordFigure(
        name=name,
        verdict=report["decision"]["verdict"],
        words=old.words,
        test=ErrorRates(**rates["test"]),
        interval_low=round(interval["low"], 2),
        interval_high=round(interval["high"], 2),
        letters=ErrorRates(round(old.letter_error_rate, 2), round(new.letter_error_rate, 2)),
        guard=ErrorRates(**rates[guard]),
        tuning=ErrorRates(*(round(scorer["tuning_errors"], 2) for scorer in (base, all_words))),
        tuning_guard=ErrorRates(*(round(scorer["guard_errors"][guard], 2) for scorer in (base, all_words))),
    )
