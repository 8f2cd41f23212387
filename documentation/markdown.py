"""Markdown tables, and marked sections of documents that programs write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class MarkersInvalid(Exception):
    """Raised when a document does not have the markers of a section exactly once."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table, without a line break at its end."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def put(text: str, name: str, content: str) -> str:
    """Replace what stands between the markers `<!-- name: … -->` and `<!-- end of name -->` of a document.

    Args:
        text: The document.
        name: The name in the markers.
        content: What to put between them.

    Returns:
        The new document.

    Raises:
        MarkersInvalid: The document has no such markers, or several.
    """
    section = re.compile(rf"(<!-- {name}: .* -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    text, count = section.subn(lambda match: f"{match[1]}\n{content}\n\n{match[2]}", text)
    if count != 1:
        raise MarkersInvalid(f"The markers of {name} must occur once in the document, and they occur {count} times.")
    return text
