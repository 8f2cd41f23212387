"""The words of the model: those that it hears while it is trained, and those that its tuning recordings have.

None of them is a word that the benchmark teaches.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

#: English words, the most frequent ones first. README.md says from where.
_FILE = Path(__file__).parent / "words.txt"
#: The most frequent words are heard in training.
_HEARD = 12_000
#: A phrase has up to so many words.
_MOST_WORDS = 6


def heard_words() -> list[str]:
    """Return the words that the model hears while it is trained."""
    return _read()[:_HEARD]


def unheard_words() -> list[str]:
    """Return the words that only tuning recordings have."""
    return _read()[_HEARD:]


def random_phrase(words: Sequence[str], rng: random.Random) -> list[str]:
    """Return a phrase of random words."""
    return rng.choices(words, k=rng.randint(1, _MOST_WORDS))


def _read() -> list[str]:
    return _FILE.read_text().split()
