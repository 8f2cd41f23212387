"""The spelling of words in a dictionary: the labels of their letters, or of their bytes."""

from __future__ import annotations

from collections.abc import Sequence

from transcription.contract.scorer.dictionary_words import Spelling


def spell(word: bytes, alphabet: Sequence[bytes], *, in_bytes: bool) -> Spelling:
    """Return the labels of a word in a dictionary. Letters that the alphabet lacks have the label 0, which is unused.

    Args:
        word: the word in UTF-8.
        alphabet: the letters of the acoustic model, by label.
        in_bytes: whether the scorer spells in bytes.
    """
    labels = {letter: label for label, letter in enumerate(alphabet, start=1)}
    letters = [bytes([byte]) for byte in word] if in_bytes else [letter.encode() for letter in word.decode()]
    ending = [] if in_bytes else [b" "]
    return tuple(labels.get(letter, 0) for letter in (*letters, *ending))


def join(spelling: Spelling, alphabet: Sequence[bytes], *, in_bytes: bool) -> bytes:
    """Return the word of labels in a dictionary, in UTF-8 and without the space that ends it."""
    return b"".join(alphabet[label - 1] for label in (spelling if in_bytes else spelling[:-1]))
