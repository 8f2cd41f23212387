"""The bars of the chart of the last runs, as positions in an SVG picture without styles or scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcript_pages.run_history import Run

#: The size of the picture in its own units, and the widths of a bar and of the place for it.
WIDTH, HEIGHT = 600, 120
_BAR, _STEP = 14, 20
#: Number of runs in the chart.
RUNS = WIDTH // _STEP
_LOWEST = 2


@dataclass(frozen=True)
class Bar:
    """A bar of the chart: a run, with the hours of audio as its height."""

    run: Run
    x: float
    y: float
    height: float
    width: float = _BAR

    @property
    def kind(self) -> str:
        """The class of the bar: `bad` for a red run, `warn` for failed files, `idle` without audio, else `good`."""
        if self.run.state == "failed":
            return "bad"
        if self.run.count("failed"):
            return "warn"
        return "good" if self.run.hours else "idle"


def make_bars(runs: Sequence[Run]) -> list[Bar]:
    """Return the bars of runs, the oldest at the left.

    Args:
        runs: the runs, the newest first.
    """
    shown = list(reversed(runs[:RUNS]))
    most = max((run.hours or 0 for run in shown), default=0)
    first = WIDTH - len(shown) * _STEP
    bars = []
    for number, run in enumerate(shown):
        height = max(_LOWEST, (HEIGHT - _LOWEST) * (run.hours or 0) / most if most else 0)
        bars.append(Bar(run, first + number * _STEP, HEIGHT - height, height))
    return bars
