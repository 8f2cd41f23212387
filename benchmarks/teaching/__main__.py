"""The command `python -m benchmarks.teaching`, which writes the table and the picture of `docs/teaching.md`.

With the recordings of the Free Spoken Digit Dataset, it first teaches the demo model one of its speakers, nine times.
With a folder of reports, it saves their figures first. They replace earlier ones of the same minutes and seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.teaching import documents, figures, sets, teachings


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="the folder with the reports of teachings")
    parser.add_argument("--digits", type=Path, help="the data set's recordings; it needs FOLDER, too")
    parser.add_argument("--person", default="lucas", help="the speaker who is taught")
    arguments = parser.parse_args()
    if arguments.digits:
        if not arguments.folder:
            parser.error("name a folder for the sets and the reports, too")
        if not (recordings := arguments.folder / "sets").exists():
            sets.make(arguments.digits, arguments.person, recordings)
        teachings.run(recordings, arguments.folder)
    if arguments.folder:
        all_figures = [*figures.read(), *figures.collect(arguments.folder)]
        figures.write({(figure.minutes, figure.seed): figure for figure in all_figures}.values())
    documents.write(figures.read())


if __name__ == "__main__":
    main()
