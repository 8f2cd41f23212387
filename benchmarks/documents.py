"""The command `python -m benchmarks.documents`, which writes the saved results into `docs/performance.md`."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks import results
from benchmarks.results import MachineResults
from benchmarks.suite import BENCHMARKS
from documentation.markdown import replace_section
from local.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"


def contents(all_results: Iterable[MachineResults]) -> dict[str, str]:
    """Return the Markdown of each benchmark, by the benchmark's name.

    Args:
        all_results: The results of each machine. The text of a benchmark has a table for each machine that measured it.
            The result leaves out benchmarks that no machine measured.
    """
    tables: dict[str, list[str]] = {name: [] for name in BENCHMARKS}
    for machine_results in all_results:
        for name, rows in machine_results.rows.items():
            tables[name].append(BENCHMARKS[name].report(rows, machine_results.machine))
    return {name: "\n\n".join(texts) for name, texts in tables.items() if texts}


def fill(text: str, all_results: Iterable[MachineResults]) -> str:
    """Return a page with the tables of its benchmarks replaced.

    Args:
        text: The page. Markers with the name of a benchmark enclose the tables of the benchmark.
        all_results: The results of each machine.

    Raises:
        MarkersInvalid: The page does not contain the markers of a benchmark exactly once.
    """
    for name, content in contents(all_results).items():
        text = replace_section(text, name, content)
    return text


def main() -> None:
    """Write the saved results of all machines into `PAGE`."""
    PAGE.write_text(fill(PAGE.read_text(), results.read()))


if __name__ == "__main__":
    main()
