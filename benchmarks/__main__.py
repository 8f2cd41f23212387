"""The command `python -m benchmarks [--quick] [--save] [NAME …]`, which runs benchmarks and prints their tables.

If the command runs all benchmarks, it saves the results in `benchmarks/results/` and writes them into the
documentation. With names or `--quick`, the command only prints the results. With names and `--save`, it replaces the
saved results of these benchmarks, and notes that they come from a run of their own.
"""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import documents, results
from benchmarks.errors import BenchmarkError
from benchmarks.machine import this_machine
from benchmarks.results import MachineResults
from benchmarks.suite import BENCHMARKS
from local.aws_client import isolate


def main() -> int:
    """Run the benchmarks that the command line names, or all benchmarks if the command line names none.

    Returns:
        The exit code: 0, or 1 if a benchmark failed.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the tables of the documentation."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="with little audio, to see that everything works")
    parser.add_argument("--save", action="store_true", help="replace the saved results of the named benchmarks, too")
    arguments = parser.parse_args()
    if arguments.save and arguments.quick:
        parser.error("--save needs whole measurements, without --quick")
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}; choose from {', '.join(BENCHMARKS)}")
    isolate()
    try:
        machine_results = _measure(arguments.names or list(BENCHMARKS), quick=arguments.quick)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.names:
        machine_results = results.merge(machine_results)
    if arguments.quick or (arguments.names and not arguments.save):
        print("Nothing is saved: only a whole run, or --save, changes the results and the documentation.")
    else:
        print(f"Saved {results.write(machine_results)}.")
        documents.main()
    return 0


def _measure(names: list[str], *, quick: bool) -> MachineResults:
    """Run benchmarks one after another, and print each table as soon as its benchmark has ended.

    Args:
        names: The names of the benchmarks.
        quick: Whether to measure as little as possible.

    Returns:
        The results of these benchmarks.

    Raises:
        BenchmarkError: A benchmark cannot be measured.
    """
    machine, started = this_machine(), time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    rows = {}
    for name in names:
        begun = time.monotonic()
        rows[name] = BENCHMARKS[name].measure(quick)
        Console().print(Markdown(BENCHMARKS[name].report(rows[name], machine)))
        print(f"{name} took {(time.monotonic() - begun) / 60:.1f} minutes.\n", flush=True)
    return MachineResults(machine, started, rows)


if __name__ == "__main__":
    sys.exit(main())
