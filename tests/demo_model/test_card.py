"""The demo model's card: what it promises is what was measured and what is shipped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.paths import DEMO_CLIPS, DEMO_MODEL

CARD = (DEMO_MODEL / "README.md").read_text()
MEASURED: dict[str, Any] = json.loads((DEMO_MODEL / "evaluation.json").read_text())
#: Row of the card → set of the evaluation.
ROWS = {
    "14 ordinary espeak-ng voices, phrases": "espeak-test",
    "the same voices, single words": "espeak-words-test",
    "lucas, a real person, strings of 3 to 7 digits": "real-test",
    "lucas, single digits": "real-words-test",
    "flite's rms, phrases": "flite-test",
    "festival's ked, phrases": "festival-test",
}


@pytest.mark.parametrize(("row", "name"), ROWS.items())
def test_the_card_says_what_was_measured(row: str, name: str) -> None:
    measured = MEASURED["sets"][name]
    (line,) = [line for line in CARD.splitlines() if line.startswith(f"| {row} |")]
    words, *rates = [cell.strip(" %") for cell in line.strip("|").split("|")[1:]]
    assert int(words) == measured["words"]
    assert [float(rate) for rate in rates] == pytest.approx([measured["wer"], measured["wer_without_scorer"]], abs=0.06)


def test_it_stays_small_enough_to_ship() -> None:
    sizes = {path.name: path.stat().st_size for path in DEMO_MODEL.glob("demo.*")}
    assert sizes == MEASURED["bytes"]
    assert sum(sizes.values()) < 5_000_000


def test_every_clip_has_its_words() -> None:
    said = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    assert set(said) == {path.name for path in DEMO_CLIPS.glob("*.wav")}
