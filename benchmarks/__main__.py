"""`python -m benchmarks [PART …]`: measure, print, leave `benchmarks/results.json` and the README's tables."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import readme, results
from benchmarks.errors import BenchmarkError
from benchmarks.parts import PARTS
from local.aws_client import isolate


def main() -> int:
    """Measure the parts that the command line names, or all.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what the README says.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    names = parser.parse_args().parts
    if unknown := set(names) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    isolate()
    try:
        for name in names or PARTS:
            results.write(name, PARTS[name].measure())
            readme.main()
            Console().print(Markdown(PARTS[name].report(results.read()[name])))
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
