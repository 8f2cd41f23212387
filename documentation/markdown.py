"""The format of Markdown tables, and the replacement of marked sections in documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class MarkersInvalid(Exception):
    """Raised when a document does not contain the markers of a section exactly once."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table as text, without a line break at its end.

    Args:
        header: The cells of the first line.
        rows: The cells of each further line.
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def replace_section(text: str, name: str, content: str) -> str:
    """Replace the text of a document between the markers `<!-- name: … -->` and `<!-- end of name -->`.

    Args:
        text: The document.
        name: The name in the markers.
        content: The new text of the section.

    Returns:
        The new document.

    Raises:
        MarkersInvalid: The document does not contain the markers exactly once.
    """
    section = re.compile(rf"(<!-- {name}: .* -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    text, count = section.subn(lambda match: f"{match[1]}\n{content}\n\n{match[2]}", text)
    if count != 1:
        raise MarkersInvalid(f"The document must contain the markers of {name} once, and contains them {count} times.")
    return text
