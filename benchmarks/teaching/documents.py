"""The table and the picture of the figures of taught models, in `docs/`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.teaching.figures import ErrorRates, Figure
from benchmarks.teaching.picture import draw
from documentation.markdown import replace_section, table
from local.paths import ROOT

PAGE, PICTURE = ROOT / "docs" / "teaching.md", ROOT / "docs" / "pictures" / "teaching.svg"
_HEADER = (
    "speech of the person",
    "seed",
    "for training and tuning",
    "word error rate, before → after",
    "95 % interval of the improvement",
    "others, before → after",
    "espeak-ng, before → after",
)


def write(figures: Sequence[Figure]) -> None:
    """Write the picture of figures, and the table into the page."""
    PAGE.write_text(fill(PAGE.read_text(), figures))
    PICTURE.write_text(draw(figures))


def fill(text: str, figures: Sequence[Figure]) -> str:
    """Return a page with its table of figures replaced.

    Raises:
        MarkersInvalid: the page does not contain the markers exactly once.
    """
    return replace_section(text, "teaching figures", table(_HEADER, map(_row, figures)))


def _row(figure: Figure) -> list[str]:
    return [
        f"{figure.minutes} minute{'s' if figure.minutes > 1 else ''}",
        str(figure.seed),
        f"{figure.train_minutes:.1f} and {figure.tuning_minutes:.1f} minutes",
        _change(figure.test) + ("" if figure.verdict == "BETTER" else f" (`{figure.verdict}`)"),
        f"{figure.interval_low:.1f} to {figure.interval_high:.1f} points",
        *(_change(figure.guards[name]) for name in ("others", "espeak-ng")),
    ]


def _change(rates: ErrorRates) -> str:
    return f"{rates.old:.1f} → {rates.new:.1f} %"
