"""The words of a scorer, read from its dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from transcriber.model.scorer.scorer_file import Scorer, open_scorer
from transcription.contract.errors import ModelInvalid
from transcription.contract.scorer.dictionary import Dictionary


def open_in_letters(scorer: Path | None) -> Scorer | None:
    """Open a scorer that spells in letters. Return `None` if it spells in bytes, is damaged, or if there is none."""
    if scorer is None:
        return None
    try:
        opened = open_scorer(scorer)
    except ModelInvalid:
        return None
    return None if opened.in_bytes else opened


def read_words(dictionary: Dictionary, letters: Sequence[str], limit: int) -> list[str]:
    """Return the words of a dictionary whose words end with a space, sorted, or none if there are more than `limit`.

    Args:
        dictionary: the dictionary of a scorer that spells in letters.
        letters: the letter of each label.
        limit: the largest number of words.
    """
    words: list[str] = []
    pending: list[tuple[int, str]] = [(dictionary.start, "")]
    while pending:
        state, spelling = pending.pop()
        for label, target in dictionary.arcs_of(state):
            letter = letters[label - 1]
            if letter == " ":
                words.append(spelling)
            else:
                pending.append((target, spelling + letter))
        if len(words) > limit or len(pending) > 100 * limit:
            return []
    return sorted(words)
