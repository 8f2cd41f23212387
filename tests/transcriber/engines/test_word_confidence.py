"""The decoder's candidates become words and alternatives, whose confidences are shares of the probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from transcriber.audio.segmentation import Segment
from transcriber.engines.word_confidence import alternatives, words


def candidate(text: Sequence[str], likelihood: float) -> SimpleNamespace:
    """Return a candidate as the decoder does."""
    tokens = [SimpleNamespace(text=letter, start_time=0.1 * number) for number, letter in enumerate(text)]
    return SimpleNamespace(confidence=math.log(likelihood), tokens=tokens)


def test_candidates_with_the_same_text_count_as_one_alternative() -> None:
    candidates = [candidate(*pair) for pair in [("go", 0.9), ("no", 0.3), ("so", 0.2), ("so", 0.2)]]
    first, second = alternatives(candidates, 5)
    assert (first.text, second.text) == ("so", "no")
    assert first.confidence > second.confidence


def test_a_model_that_spells_in_bytes_writes_characters() -> None:
    """`deepspeech` returns a byte that is no complete character as a lone surrogate, which cannot be encoded."""
    spelled = candidate("日 x".encode().decode("ascii", "surrogateescape"), 0.9)
    segment = Segment(0, 0.0, np.zeros(16000, np.int16), 1.0)
    assert [word.word for word in words(segment, [spelled], 0.02)] == ["日", "x"]
    [alternative] = alternatives([candidate("a", 1.0), spelled], 1)
    assert alternative.text == "日 x"


def test_texts_that_differ_only_in_spaces_are_one_alternative() -> None:
    candidates = [candidate(*pair) for pair in [("go on", 0.5), ("go on ", 0.3), (" go  on", 0.2)]]
    assert alternatives(candidates, 5) == ()


def test_with_the_best_text_the_shares_add_up_to_one() -> None:
    others = alternatives([candidate("a", 0.4), candidate("b", 0.4), candidate("c", 0.4)], 2)
    assert [alternative.confidence for alternative in others] == pytest.approx([1 / 3, 1 / 3])


def test_a_word_ends_one_step_of_the_model_after_its_last_letter() -> None:
    """Models may have another step than DeepSpeech's 20 ms."""
    segment = Segment(0, 5.0, np.zeros(16000, np.int16), 1.0)
    first, last = words(segment, [candidate("go on", 1.0)], 0.04)
    assert (first.start, first.end, last.end) == pytest.approx((5.0, 5.14, 5.44))
    [last] = words(Segment(0, 5.0, np.zeros(16000, np.int16), 0.41), [candidate("   on", 1.0)], 0.04)
    assert last.end == pytest.approx(5.41)


@pytest.mark.parametrize("letters", [["ä", " ", "日"], [*"ä 日".encode().decode("ascii", "surrogateescape")]])
def test_words_have_the_times_of_their_letters_in_any_script(letters: list[str]) -> None:
    """A model may have any character as a letter, or the bytes of characters."""
    segment = Segment(0, 5.0, np.zeros(16000, np.int16), 1.0)
    first, last = words(segment, [candidate(letters, 1.0)], 0.02)
    assert (first.word, last.word) == ("ä", "日")
    assert (first.start, last.start) == pytest.approx((5.0, 5.0 + 0.1 * (letters.index(" ") + 1)))
    assert last.end == pytest.approx(5.0 + 0.1 * (len(letters) - 1) + 0.02)
