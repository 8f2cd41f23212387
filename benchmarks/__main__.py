"""`python -m benchmarks [PART …]`: measure, print, and write `benchmarks/results.json` and `docs/performance.md`."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import documents, results
from benchmarks.errors import BenchmarkError
from benchmarks.parts import PARTS
from local.aws_client import isolate


def main() -> int:
    """Measure the parts that the command line names, or all.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed, memory and requests.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    names = parser.parse_args().parts
    if unknown := set(names) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    isolate()
    try:
        for name in names or PARTS:
            results.write(name, PARTS[name].measure())
            documents.main()
            Console().print(Markdown(PARTS[name].report(results.read()[name])))
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
