"""Texts in the letters of a model: what people write is normalised, and what cannot be written is counted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

#: Characters that people type for the apostrophe.
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`"), "'")
#: Categories of Unicode whose characters separate words, unless the alphabet contains them: punctuation and spaces.
_SEPARATORS = ("P", "Z", "C")


@dataclass(frozen=True)
class NormalisedText:
    """A text in the letters of a model."""

    text: str
    #: How often each letter occurs that the alphabet lacks. Such letters are not in `text`.
    unknown: Counter[str]
    has_digits: bool


def normalise(text: str, alphabet: Collection[str]) -> NormalisedText:
    """Write a text in the letters of an alphabet.

    Compatible characters of Unicode become the same, upper case becomes lower case if the alphabet lacks it, and
    punctuation that the alphabet lacks separates words. Digits and other letters are never replaced.

    Args:
        text: the text as people wrote it.
        alphabet: the letters of the model.
    """
    unified = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    unknown: Counter[str] = Counter()
    letters: list[str] = []
    for character in unified:
        fitting = character if character in alphabet else character.lower()
        if all(letter in alphabet for letter in fitting):
            letters.append(fitting)
        elif unicodedata.category(character)[0] in _SEPARATORS:
            letters.append(" ")
        else:
            unknown[fitting] += 1
    has_digits = any(unicodedata.category(letter)[0] == "N" for letter in unknown)
    return NormalisedText(" ".join("".join(letters).split()), unknown, has_digits)
