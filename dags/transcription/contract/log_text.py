"""Text that is safe in a line of a log."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text in which characters that are not printable are escaped.

    S3 keys may contain such characters. In a log, a line break would let the rest of the key stand as a line of its
    own, which CloudWatch could read as a metric.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
