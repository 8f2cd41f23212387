"""Texts become sentences in the letters of the model, and what is left out is counted."""

from __future__ import annotations

import string

from trainer.data.text_corpus import LeftOut, read_corpus

ALPHABET = f" {string.ascii_lowercase}'"


def test_sentences_end_at_lines_and_at_punctuation() -> None:
    corpus = read_corpus(["Stop, please. It\u2019s open!\nNext \u2013 and\tback\r\n\r\n", "e.g. this"], ALPHABET)
    assert corpus.sentences == ("stop please", "it's open", "next and back", "e g", "this")
    assert corpus.words["and"] == 1
    assert not corpus.left_out


def test_what_is_left_out_is_counted_and_named() -> None:
    corpus = read_corpus(["Room 12 is free. The café is open. Yes. The café again", "x" * 61], ALPHABET)
    assert corpus.sentences == ("yes",)
    assert corpus.left_out == {
        LeftOut.TEXT_HAS_DIGITS: 1,
        LeftOut.LETTERS_UNKNOWN: 2,
        LeftOut.WORD_TOO_LONG: 1,
    }
    assert corpus.reasons.most_common(2) == [("café", 2), ("12", 1)]
