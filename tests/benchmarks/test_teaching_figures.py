"""The page and the picture of the figures of taught models show what is saved."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.teaching import documents, figures
from benchmarks.teaching.figures import ErrorRates, Figure
from benchmarks.teaching.picture import draw

FIGURES = [
    Figure(minutes, 0.7 * minutes, 0.1 * minutes, seed, "BETTER", ErrorRates(9.25, after), 6.0, 11.2, guards)
    for minutes, seed, after, guards in [
        (1, 0, 4.0, {"others": ErrorRates(0.0, 0.7), "espeak-ng": ErrorRates(1.4, 1.0)}),
        (5, 0, 0.5, {"others": ErrorRates(0.0, 0.0), "espeak-ng": ErrorRates(1.4, 1.0)}),
        (5, 1, 1.5, {"others": ErrorRates(0.0, 0.0), "espeak-ng": ErrorRates(1.4, 1.0)}),
    ]
]


def test_the_page_and_the_picture_show_the_saved_figures() -> None:
    saved, text = figures.read(), documents.PAGE.read_text()
    assert documents.fill(text, saved) == text, "run `python -m benchmarks.teaching`"
    assert documents.PICTURE.read_text() == draw(saved), "run `python -m benchmarks.teaching`"


def test_a_report_becomes_a_figure_and_is_read_back(tmp_path: Path) -> None:
    report = {
        "decision": {"verdict": "BETTER"},
        "amounts": {"train_minutes": 3.541, "tuning_minutes": 0.566},
        "test": {"interval": {"low": 5.951, "high": 11.222}},
        "word_error_rate": {"test": {"old": 9.25, "new": 0.75}, "others": {"old": 0.0, "new": 0.67}},
    }
    (tmp_path / "10-2").mkdir()
    (tmp_path / "10-2" / "report.json").write_text(json.dumps(report))
    collected = figures.collect(tmp_path)
    guards = {"others": ErrorRates(0.0, 0.67)}
    assert collected == [Figure(10, 3.54, 0.57, 2, "BETTER", ErrorRates(9.25, 0.75), 5.95, 11.22, guards)]
    figures.save([*collected, *FIGURES], tmp_path / "figures.json")
    assert figures.read(tmp_path / "figures.json") == [*FIGURES, *collected]


def test_the_picture_has_a_mark_for_each_seed_and_the_means_of_the_person() -> None:
    picture = ElementTree.fromstring(draw(FIGURES))  # noqa: S314 - our own picture
    name = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in picture.iter(f"{name}text")]
    assert {"not taught", "1 minute", "5 minutes", "the person who is taught", "other people"} <= set(texts)
    assert texts[-3:] == ["9.2", "4.0", "1.0"]
    marks = [mark for mark in picture.iter(f"{name}circle") if mark.get("fill-opacity")]
    assert len(marks) == 3 * len(FIGURES)
    lines = list(picture.iter(f"{name}polyline"))
    assert len(lines) == 3
    heights = [float(place.split(",")[1]) for place in (lines[-1].get("points") or "").split()]
    assert heights == sorted(heights), "fewer errors are lower"


def test_a_teaching_that_changed_nothing_says_why() -> None:
    row = documents.fill(
        "<!-- teaching figures: x -->\n<!-- end of teaching figures -->",
        [Figure(1, 0.7, 0.2, 0, "OLD_MODEL_CHOSEN", ErrorRates(9.25, 9.25), 0.0, 0.0, FIGURES[0].guards)],
    )
    assert "9.2 → 9.2 % (`OLD_MODEL_CHOSEN`)" in row
