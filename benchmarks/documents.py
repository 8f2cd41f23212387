"""`python -m benchmarks.documents`: write the tables of all machines into the documentation, between their markers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks import results
from benchmarks.errors import BenchmarkError
from benchmarks.markdown import put
from benchmarks.results import Run
from benchmarks.suite import BENCHMARKS
from local.paths import ROOT


def documents() -> list[Path]:
    """The documents in which a table may stand."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def contents(runs: Iterable[Run]) -> dict[str, str]:
    """The text of each benchmark that was measured: a table for each machine."""
    tables: dict[str, list[str]] = {name: [] for name in BENCHMARKS}
    for run in runs:
        for name, rows in run.rows.items():
            tables[name].append(BENCHMARKS[name].report(rows, run.machine))
    return {name: "\n\n".join(texts) for name, texts in tables.items() if texts}


def document_of(name: str, paths: Iterable[Path]) -> Path:
    """The document that has the markers of a benchmark.

    Raises:
        BenchmarkError: None of them has, or several have.
    """
    places = [path for path in paths if f"<!-- {name}: " in path.read_text()]
    if len(places) != 1:
        raise BenchmarkError(f"One document must have the markers of {name}, and {len(places)} have.")
    return places[0]


def main() -> None:
    """Write all tables again."""
    for name, content in contents(results.read()).items():
        document = document_of(name, documents())
        document.write_text(put(document.read_text(), name, content))


if __name__ == "__main__":
    main()
