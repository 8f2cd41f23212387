"""The words the demo model knows, and the kinds of phrase people (and the language model) make of them."""

from __future__ import annotations

import random

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# Chosen to differ from each other and from the digits in their stressed vowel or their consonants, so that a
# small model has a fair chance: no "on"/"one", no "go"/"no".
COMMANDS = (
    "yes", "no", "up", "down", "left", "right", "stop", "start", "pause", "open", "close", "play",
    "next", "back", "help", "forward", "record", "repeat", "cancel", "hello", "please", "window",
    "answer", "finish",
)  # fmt: skip

WORDS = DIGITS + COMMANDS

# DeepSpeech's English alphabet; the position is the label, and the CTC blank comes after the last one.
ALPHABET = " abcdefghijklmnopqrstuvwxyz'"
BLANK = len(ALPHABET)

# How often each kind of phrase occurs. The language model is built from the same figures.
KINDS = {"digits": 0.4, "commands": 0.3, "mixed": 0.3}
WORDS_OF_KIND = {"digits": DIGITS, "commands": COMMANDS, "mixed": WORDS}
MAX_WORDS = 7
STOP_CHANCE = 1 / 4


def random_phrase(rng: random.Random) -> list[str]:
    """Return 1 to MAX_WORDS words of one kind; the mean length is a little over three."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    words = [rng.choice(WORDS_OF_KIND[kind])]
    while len(words) < MAX_WORDS and rng.random() >= STOP_CHANCE:
        words.append(rng.choice(WORDS_OF_KIND[kind]))
    return words


def labels(text: str) -> list[int]:
    """Return the alphabet's label of every character."""
    return [ALPHABET.index(character) for character in text]
