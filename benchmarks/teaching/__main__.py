"""The command `python -m benchmarks.teaching`, which writes the tables and the picture of `docs/teaching.md`.

With the recordings of the Free Spoken Digit Dataset, it first teaches the demo model one of its speakers, nine times.
With `--words`, it first teaches lists of words. With a folder of reports of the speaker, it saves their figures. They
replace earlier ones of the same minutes and seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.teaching import documents, figures, sets, teachings, word_figures, word_sets, word_teachings


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="the folder with the reports of teachings")
    parser.add_argument("--digits", type=Path, help="the data set's recordings; it needs FOLDER, too")
    parser.add_argument("--person", default="lucas", help="the speaker who is taught")
    parser.add_argument("--words", action="store_true", help="teach words, too; it needs FOLDER and espeak-ng")
    arguments = parser.parse_args()
    if (arguments.digits or arguments.words) and not arguments.folder:
        parser.error("name a folder for the sets and the reports, too")
    if arguments.digits:
        if not (recordings := arguments.folder / "sets").exists():
            sets.make(arguments.digits, arguments.person, recordings)
        teachings.run(recordings, arguments.folder)
    if arguments.words:
        _teach_words(arguments.folder)
    if arguments.folder:
        all_figures = [*figures.read(), *figures.collect(arguments.folder)]
        figures.save({(figure.minutes, figure.seed): figure for figure in all_figures}.values(), figures.FILE)
    documents.write(figures.read(), word_figures.read())


def _teach_words(folder: Path) -> None:
    """Teach each list of words, and save the figures."""
    if not (word_folder := folder / "word-sets").exists():
        word_sets.make(word_folder)
    word_teachings.run(word_folder, folder / "words")
    figures.save(word_figures.collect(folder / "words", word_sets.word_lists()), word_figures.FILE)


if __name__ == "__main__":
    main()
