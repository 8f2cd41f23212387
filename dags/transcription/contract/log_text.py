"""The text of S3 keys and messages in a form that is safe in a line of a log."""

from __future__ import annotations

from collections.abc import Sequence

#: The number of keys that `first_named` names.
NAMED = 5


def printable(text: str) -> str:
    r"""Return a text with escapes, such as `\n`, in place of the characters that are not printable.

    S3 keys may contain such characters. If a key with a line break were logged as it is, the rest of the key would be a
    line of its own, which CloudWatch could read as a metric.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def first_named(keys: Sequence[str], count: int) -> str:
    """Return the first keys in quotes, with an ellipsis if there are more.

    Args:
        keys: the keys, or at least the first `NAMED` of them.
        count: the number of all keys.
    """
    named = keys[:NAMED]
    return ", ".join(f"'{printable(key)}'" for key in named) + (", …" if count > len(named) else "")
