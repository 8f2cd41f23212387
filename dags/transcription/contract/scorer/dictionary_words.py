"""The words of a dictionary: look-up, and the known word that is nearest to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from transcription.contract.scorer.dictionary import Dictionary

#: A word: the labels of its letters in the dictionary. In a scorer for letters, the last one is the space's.
Spelling = tuple[int, ...]
#: Maximum number of states that the search for the nearest word visits. It takes about a second.
_MAX_VISITED = 100_000


def contains(dictionary: Dictionary, spelling: Sequence[int]) -> bool:
    """Return whether a dictionary contains a word.

    Raises:
        ScorerDamaged: the dictionary leads to states that do not exist.
    """
    state: Optional[int] = dictionary.start
    for label in spelling:
        state = None if state is None else dict(dictionary.arcs_of(state)).get(label)
    return state is not None and dictionary.is_final(state)


def nearest(dictionary: Dictionary, spelling: Sequence[int], limit: int) -> Optional[Spelling]:
    """Return a word with the fewest letters inserted, removed or replaced against `spelling`.

    Args:
        dictionary: the dictionary.
        spelling: the word to which a near one is sought.
        limit: the largest number of changes.

    Returns:
        The first of the nearest words in the order of the labels, or `None` if none lies within `limit`.

    Raises:
        ScorerDamaged: the dictionary leads to states that do not exist.
    """
    best: Optional[Spelling] = None
    # Each entry: a state, the labels that lead to it, and the changes that turn each start of `spelling` into them.
    pending: list[tuple[int, Spelling, tuple[int, ...]]] = [(dictionary.start, (), tuple(range(len(spelling) + 1)))]
    for _ in range(_MAX_VISITED):
        if not pending:
            break
        state, labels, changes = pending.pop()
        if changes[-1] <= limit and dictionary.is_final(state):
            best, limit = labels, changes[-1] - 1
        if min(changes) <= limit:
            following = [
                (target, (*labels, label), _changes_with(label, spelling, changes))
                for label, target in dictionary.arcs_of(state)
            ]
            pending += reversed(following)
    return best


def _changes_with(label: int, spelling: Sequence[int], changes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the next row of the table of Levenshtein's distance, for one more label."""
    row = [changes[0] + 1]
    for position, expected in enumerate(spelling):
        row.append(min(row[position] + 1, changes[position + 1] + 1, changes[position] + (label != expected)))
    return tuple(row)
