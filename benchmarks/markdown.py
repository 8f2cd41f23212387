"""Tables in Markdown, for documents and for the terminal, and their places in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from benchmarks.errors import BenchmarkError


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table, without a line break at its end."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def put(text: str, name: str, content: str) -> str:
    """The document `text` with `content` between its markers `<!-- name: … -->` and `<!-- end of name -->`.

    Raises:
        BenchmarkError: it has no such place, or several.
    """
    place = re.compile(rf"(<!-- {name}: .* -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    text, count = place.subn(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", text)
    if count != 1:
        raise BenchmarkError(f"There must be one place between the markers of {name}, and there are {count}.")
    return text
