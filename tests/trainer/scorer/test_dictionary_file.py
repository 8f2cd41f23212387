"""The dictionary accepts its words and no others, and stores shared endings once."""

from __future__ import annotations

import string

from trainer.data.scorer_words import read_words
from trainer.scorer.dictionary_file import build_states, pack_dictionary
from transcription.contract.scorer.dictionary import open_dictionary
from transcription.contract.scorer.dictionary_words import contains
from transcription.contract.scorer.spelling import spell

LETTERS = f" {string.ascii_lowercase}'"
ALPHABET = [letter.encode() for letter in LETTERS]
WORDS = ["walking", "talking", "walk", "walked", "a", "it's"]


def test_the_words_can_be_read_back_at_any_offset() -> None:
    states = build_states(WORDS, ALPHABET)
    for offset in (0, 7):
        content = bytes(offset) + pack_dictionary(states, offset)
        dictionary = open_dictionary(content, offset)
        assert read_words(dictionary, LETTERS, 100) == sorted(WORDS)
        assert len(content) == dictionary.arcs_offset + 16 * dictionary.arcs
        for other in ("walki", "walks", "", "alking"):
            assert not contains(dictionary, spell(other.encode(), ALPHABET, in_bytes=False))


def test_shared_endings_are_stored_once() -> None:
    # "alking" and its space after each first letter, a first state and an end.
    assert len(build_states(["walking", "talking"], ALPHABET)) == len("alking ") + 2
    assert len(set(build_states(WORDS, ALPHABET))) == len(build_states(WORDS, ALPHABET))
