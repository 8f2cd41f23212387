"""The command `python -m benchmarks.teaching [FOLDER]`, which writes the table and the picture of `docs/teaching.md`.

With a folder, it first saves the figures of the reports `{minutes}-{seed}/report.json` in it. Each replaces the earlier
figures of the same minutes and seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.teaching import documents, figures


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="the folder with the reports of teachings")
    arguments = parser.parse_args()
    if arguments.folder:
        all_figures = [*figures.read(), *figures.collect(arguments.folder)]
        figures.write({(figure.minutes, figure.seed): figure for figure in all_figures}.values())
    documents.write(figures.read())


if __name__ == "__main__":
    main()
