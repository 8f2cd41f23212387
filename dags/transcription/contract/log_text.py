"""The text of S3 keys and messages in a form that is safe in a line of a log."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return a text with escapes, such as `\n`, in place of the characters that are not printable.

    S3 keys may contain such characters. If a key with a line break were logged as it is, the rest of the key would be a
    line of its own, which CloudWatch could read as a metric.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
