"""The words of the demo model, and the kinds of phrases in the corpora and the language model."""

from __future__ import annotations

import random

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# Chosen to differ from each other and from the digits in their stressed vowel or their consonants, so that a
# small model can tell them apart: no "on"/"one", no "go"/"no".
COMMANDS = (
    "yes", "no", "up", "down", "left", "right", "stop", "start", "pause", "open", "close", "play",
    "next", "back", "help", "forward", "record", "repeat", "cancel", "hello", "please", "window",
    "answer", "finish",
)  # fmt: skip

WORDS = DIGITS + COMMANDS

# DeepSpeech's English alphabet. The label of a letter is its position; the CTC blank follows the last letter.
ALPHABET = " abcdefghijklmnopqrstuvwxyz'"
BLANK = len(ALPHABET)

# The probability of each kind of phrase, in the corpora and in the language model.
KINDS = {"digits": 0.4, "commands": 0.3, "mixed": 0.3}
WORDS_OF_KIND = {"digits": DIGITS, "commands": COMMANDS, "mixed": WORDS}
MAX_WORDS = 7
STOP_CHANCE = 1 / 4


def random_phrase(rng: random.Random) -> list[str]:
    """Return a phrase of 1 to MAX_WORDS words of one random kind. The mean length is a little over three words."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    words = [rng.choice(WORDS_OF_KIND[kind])]
    while len(words) < MAX_WORDS and rng.random() >= STOP_CHANCE:
        words.append(rng.choice(WORDS_OF_KIND[kind]))
    return words


def labels(text: str) -> list[int]:
    """Return the label of each character of `text`.

    Raises:
        ValueError: The alphabet lacks a character.
    """
    return [ALPHABET.index(character) for character in text]
