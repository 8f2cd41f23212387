"""The picture of the word error rates before and after teaching, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.teaching.figures import ErrorRates, Figure

#: The borders of the plot in the picture, in pixels.
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 70, 690, 300
#: Distance between two lines of the grid, in per cent.
_GRID = 2
#: Pixels by which the marks of two lines stand apart, so that none hides another.
_APART = 7
#: The key of the person who is taught, beside the names of the guard sets.
_TAUGHT = "test"
_COLOURS = {_TAUGHT: "#0b6bcb", "others": "#b35900", "espeak-ng": "#5d6670"}
_NAMES = {_TAUGHT: "the person who is taught", "others": "other people", "espeak-ng": "voices of espeak-ng"}


@dataclass(frozen=True)
class Point:
    """The place of a word error rate in pixels, and the rate in per cent."""

    x: float
    y: float
    rate: float


@dataclass(frozen=True)
class Line:
    """The word error rates of one kind of recordings."""

    name: str
    colour: str
    #: For each amount of speech, none first, the mean of the seeds.
    means: Sequence[Point]
    #: One for each seed.
    marks: Sequence[Point]


@dataclass(frozen=True)
class _Plot:
    """The columns and the scale of a plot."""

    minutes: Sequence[int]
    highest: int

    def column(self, number: int) -> float:
        """Return the middle of a column; the one with number 0 is the base model."""
        return round(_LEFT + (number + 0.5) * (_RIGHT - _LEFT) / (len(self.minutes) + 1), 1)

    def point(self, number: int, rate: float, shift: float = 0.0) -> Point:
        """Return the place of a word error rate in a column."""
        return Point(self.column(number) + shift, round(_BOTTOM - (_BOTTOM - _TOP) * rate / self.highest, 1), rate)

    def line(self, key: str, shift: float, figures: Sequence[Figure]) -> Line:
        """Return the line of one kind of recordings."""
        old = mean(_rates(figure, key).old for figure in figures)
        means, marks = [self.point(0, old, shift)], []
        for number, minutes in enumerate(self.minutes, start=1):
            rates = [_rates(figure, key).new for figure in figures if figure.minutes == minutes]
            means.append(self.point(number, mean(rates), shift))
            marks += [self.point(number, rate, shift) for rate in rates]
        return Line(_NAMES[key], _COLOURS[key], means, marks)


def draw(figures: Sequence[Figure]) -> str:
    """Return the picture of figures, which are sorted by minutes. Marks are seeds, and lines join their means."""
    keys = [key for key in _NAMES if key == _TAUGHT or key in figures[0].guards]
    rates = [rate for figure in figures for key in keys for rate in (_rates(figure, key).old, _rates(figure, key).new)]
    plot = _Plot(list(dict.fromkeys(figure.minutes for figure in figures)), _GRID * (int(max(rates) // _GRID) + 1))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("picture.svg.jinja").render(
        grid=[plot.point(0, rate) for rate in range(0, plot.highest + 1, _GRID)],
        columns=[(plot.column(number), name) for number, name in enumerate(["not taught", *map(_name, plot.minutes)])],
        lines=[plot.line(key, _APART * (number - 1), figures) for number, key in enumerate(keys)],
        left=_LEFT,
        right=_RIGHT,
        bottom=_BOTTOM,
    )


def _rates(figure: Figure, key: str) -> ErrorRates:
    return figure.test if key == _TAUGHT else figure.guards[key]


def _name(minutes: int) -> str:
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
