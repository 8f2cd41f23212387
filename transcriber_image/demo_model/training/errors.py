"""The word error rate."""

from __future__ import annotations


def distance(reference: list[str], hypothesis: list[str]) -> int:
    """Return how many words must be inserted, deleted or replaced to turn `reference` into `hypothesis`."""
    row = list(range(len(hypothesis) + 1))
    for number, word in enumerate(reference, 1):
        diagonal, row[0] = row[0], number
        for column, other in enumerate(hypothesis, 1):
            best = min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
            diagonal, row[column] = row[column], best
    return row[-1]


def rate(references: list[str], hypotheses: list[str]) -> float:
    """Return the word error rate of several texts, in per cent of all words of `references`.

    Args:
        references: The texts that were spoken.
        hypotheses: The texts that were recognised, in the same order.
    """
    pairs = zip(references, hypotheses)
    errors = sum(distance(reference.split(), hypothesis.split()) for reference, hypothesis in pairs)
    return 100 * errors / sum(len(reference.split()) for reference in references)
