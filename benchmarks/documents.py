"""`python -m benchmarks.documents`: write the last results into `docs/performance.md`, between its markers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import results
from benchmarks.markdown import put
from benchmarks.parts import PARTS
from local.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"


def filled(text: str, document: Mapping[str, Any]) -> str:
    """The page `text` with the tables of `document` between their markers.

    Raises:
        BenchmarkError: a part has no markers in the page.
    """
    for name, part in document.items():
        text = put(text, name, PARTS[name].report(part))
    return text


def main() -> None:
    """Write the page again."""
    PAGE.write_text(filled(PAGE.read_text(), results.read()))


if __name__ == "__main__":
    main()
