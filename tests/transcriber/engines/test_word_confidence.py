"""The decoder's candidates, which differ in letters and in their times, as texts with shares."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from transcriber.audio.segmentation import Segment
from transcriber.engines.word_confidence import alternatives, words


def candidate(text: str, likelihood: float) -> SimpleNamespace:
    tokens = [SimpleNamespace(text=letter, start_time=0.1 * number) for number, letter in enumerate(text)]
    return SimpleNamespace(confidence=math.log(likelihood), tokens=tokens)


def test_a_text_that_several_candidates_say_counts_once_and_with_all_of_them() -> None:
    found = alternatives([candidate(*each) for each in [("go", 0.9), ("no", 0.3), ("so", 0.2), ("so", 0.2)]], 5)
    assert [each.text for each in found] == ["so", "no"]
    assert found[0].confidence > found[1].confidence


def test_a_model_that_spells_in_bytes_writes_characters() -> None:
    """The wheel gives a byte that is no character by itself as a lone surrogate, which no file can hold."""
    spelt = candidate("日 x".encode().decode("ascii", "surrogateescape"), 0.9)
    segment = Segment(0, 0.0, np.zeros(16000, np.int16), 1.0)
    assert [each.word for each in words(segment, [spelt])] == ["日", "x"]
    assert [each.text for each in alternatives([candidate("a", 1.0), spelt], 1)] == ["日 x"]


def test_spaces_make_no_other_text() -> None:
    found = alternatives([candidate(*each) for each in [("go on", 0.5), ("go on ", 0.3), (" go  on", 0.2)]], 5)
    assert found == ()


def test_with_the_best_text_the_shares_add_up_to_one() -> None:
    found = alternatives([candidate("a", 0.4), candidate("b", 0.4), candidate("c", 0.4)], 2)
    assert [each.confidence for each in found] == pytest.approx([1 / 3, 1 / 3])
