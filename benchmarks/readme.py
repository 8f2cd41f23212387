"""`python -m benchmarks.readme`: write what was measured last into the README, between its markers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import results
from benchmarks.markdown import put
from benchmarks.parts import PARTS
from local.paths import ROOT

README = ROOT / "README.md"


def filled(text: str, document: Mapping[str, Any]) -> str:
    """The README `text` with every part of `document` in its place.

    Raises:
        BenchmarkError: a part has no place.
    """
    for name, part in document.items():
        text = put(text, name, PARTS[name].report(part))
    return text


def main() -> None:
    """Write the README again."""
    README.write_text(filled(README.read_text(), results.read()))


if __name__ == "__main__":
    main()
