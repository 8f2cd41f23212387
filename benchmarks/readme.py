"""`python -m benchmarks.readme`: write what was measured last into the README, between its markers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks import results
from benchmarks.errors import BenchmarkError
from benchmarks.parts import PARTS
from local.paths import ROOT

README = ROOT / "README.md"


def filled(text: str, document: Mapping[str, Any]) -> str:
    """The README `text` with every part of `document` in its place.

    Raises:
        BenchmarkError: a part has no place.
    """
    for name, part in document.items():
        report = PARTS[name].report(part)
        place = re.compile(rf"(<!-- {name}: .* -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text, count = place.subn(lambda found, report=report: f"{found[1]}\n{report}\n\n{found[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise BenchmarkError(f"The README needs one place between the markers of {name}, and has {count}.")
    return text


def main() -> None:
    """Write the README again."""
    README.write_text(filled(README.read_text(), results.read()))


if __name__ == "__main__":
    main()
