"""Word errors."""

from __future__ import annotations


def distance(said: list[str], heard: list[str]) -> int:
    """Return how many words must be put in, taken out or exchanged."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        diagonal, row[0] = row[0], number
        for column, other in enumerate(heard, 1):
            best = min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
            diagonal, row[column] = row[column], best
    return row[-1]


def rate(said: list[str], heard: list[str]) -> float:
    """Return the word error rate of several texts, in per cent."""
    wrong = sum(distance(one.split(), other.split()) for one, other in zip(said, heard))
    return 100 * wrong / sum(len(one.split()) for one in said)
