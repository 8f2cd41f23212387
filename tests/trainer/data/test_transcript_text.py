"""Texts are written in the letters of the model. What cannot be written is counted, never replaced."""

from __future__ import annotations

from collections import Counter

import pytest

from trainer.data.transcript_text import normalise

ALPHABET = tuple(" abcdefghijklmnopqrstuvwxyz'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello,  World!", "hello world"),
        ("don\u2019t stop", "don't stop"),
        ("well\u2014known, e-mail", "well known e mail"),
        ("\ufb01nish\n(now)", "finish now"),
    ],
)
def test_case_punctuation_and_apostrophes(text: str, expected: str) -> None:
    normalised = normalise(text, ALPHABET)
    assert (normalised.text, normalised.unknown, normalised.has_digits) == (expected, Counter(), False)


def test_other_letters_are_counted() -> None:
    normalised = normalise("Größe naïve größe", ALPHABET)
    assert normalised.unknown == Counter({"ö": 2, "ß": 2, "ï": 1})


@pytest.mark.parametrize("text", ["call 110", "½ a loaf", "٣"])
def test_digits_are_found(text: str) -> None:
    assert normalise(text, ALPHABET).has_digits


def test_upper_case_and_punctuation_stay_if_the_alphabet_has_them() -> None:
    assert normalise("Ab-c", (*ALPHABET, "A", "-")).text == "Ab-c"
