"""`python -m benchmarks.documents`: write the tables of all machines into `docs/performance.md`."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks import results
from benchmarks.results import Run
from benchmarks.suite import BENCHMARKS
from documentation.markdown import replace_section
from local.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"


def contents(runs: Iterable[Run]) -> dict[str, str]:
    """Format the text of each benchmark that was measured: a table for each machine."""
    tables: dict[str, list[str]] = {name: [] for name in BENCHMARKS}
    for run in runs:
        for name, rows in run.rows.items():
            tables[name].append(BENCHMARKS[name].report(rows, run.machine))
    return {name: "\n\n".join(texts) for name, texts in tables.items() if texts}


def fill(text: str, runs: Iterable[Run]) -> str:
    """Put the tables between the markers of a page.

    Raises:
        MarkersInvalid: A benchmark has no markers in the page.
    """
    for name, content in contents(runs).items():
        text = replace_section(text, name, content)
    return text


def main() -> None:
    """Write the page again."""
    PAGE.write_text(fill(PAGE.read_text(), results.read()))


if __name__ == "__main__":
    main()
