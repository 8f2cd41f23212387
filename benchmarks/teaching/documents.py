"""The tables and the picture of the figures of taught models, in `docs/`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.teaching.figures import ErrorRates, Figure
from benchmarks.teaching.picture import draw
from benchmarks.teaching.speller.words import heard_words
from benchmarks.teaching.word_figures import WordFigure
from benchmarks.teaching.word_sets import COMMANDS_SET, KNOWN_WORDS, OTHER_WORDS_SET
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
_WORD_HEADER = (
    "base model",
    "taught words",
    "words in the test",
    "word error rate, before → after",
    "95 % interval of the improvement",
    "letter error rate, before → after",
    "guard, before → after",
    "choice: tuning recordings, before → after",
    "choice: guard, before → after",
)
#: The base model and the taught words of each set of words.
_WORD_SETS = {
    COMMANDS_SET: ("demo model with a scorer that knows its ten digits only", "its 24 commands"),
    OTHER_WORDS_SET: (
        f"model that has heard {len(heard_words()):,} words, with a scorer that knows {KNOWN_WORDS:,} of them",
        "500 words that it never heard",
    ),
}


def write(figures: Sequence[Figure], word_figures: Sequence[WordFigure]) -> None:
    """Write the picture of figures, and the tables into the page."""
    PAGE.write_text(fill_words(fill(PAGE.read_text(), figures), word_figures))
    PICTURE.write_text(draw(figures))


def fill(text: str, figures: Sequence[Figure]) -> str:
    """Return a page with its table of figures replaced.

    Raises:
        MarkersInvalid: the page does not contain the markers exactly once.
    """
    return replace_section(text, "teaching figures", table(_HEADER, map(_row, figures)))


def fill_words(text: str, figures: Sequence[WordFigure]) -> str:
    """Return a page with its table of taught words replaced.

    Raises:
        MarkersInvalid: the page does not contain the markers exactly once.
    """
    return replace_section(text, "word figures", table(_WORD_HEADER, map(_word_row, figures)))


def _row(figure: Figure) -> list[str]:
    return [
        f"{figure.minutes} minute{'s' if figure.minutes > 1 else ''}",
        str(figure.seed),
        f"{figure.train_minutes:.1f} and {figure.tuning_minutes:.1f} minutes",
        _change(figure.test) + _reason(figure.verdict),
        _interval(figure),
        *(_change(figure.guards[name]) for name in ("others", "espeak-ng")),
    ]


def _word_row(figure: WordFigure) -> list[str]:
    return [
        *_WORD_SETS[figure.name],
        str(figure.words),
        _change(figure.test) + _reason(figure.verdict),
        _interval(figure),
        *map(_change, (figure.letters, figure.guard, figure.tuning, figure.tuning_guard)),
    ]


def _reason(verdict: str) -> str:
    """Return why the new model is not used, or nothing if it is."""
    return "" if verdict == "BETTER" else f" (`{verdict}`)"


def _interval(figure: Figure | WordFigure) -> str:
    return f"{figure.interval_low:.1f} to {figure.interval_high:.1f} points"


def _change(rates: ErrorRates) -> str:
    return f"{rates.old:.1f} → {rates.new:.1f} %"
