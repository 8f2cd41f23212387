"""The command `python -m transcriber export`, which writes saved transcripts and corrections in other formats."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from transcription.contract.errors import RecordInvalid
from transcription.contract.log_text import printable
from transcription.formats import corrected_transcript
from transcription.formats.renderers import FORMATS


def main(arguments: Sequence[str]) -> int:
    """Write transcripts or corrections in other formats, from their JSON alone.

    Args:
        arguments: the arguments after `export`.

    Returns:
        The exit code: 0 if every file was written, 1 if a file could not be read or exists already.
    """
    options = _parser().parse_args(arguments)
    formats = list(dict.fromkeys(options.format))
    is_complete, count = True, 0
    for path, folder in _transcripts(options.transcripts):
        target = (options.to / path.relative_to(folder) if options.to else path).with_suffix("")
        try:
            count += _export(path, target, formats, replace=options.replace)
        except (RecordInvalid, OSError) as error:
            print(printable(str(error)), file=sys.stderr)
            is_complete = False
    print(f"{count} files written.")
    return 0 if is_complete else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m transcriber export",
        description="Write transcripts or corrections in other formats, from their JSON alone.",
    )
    parser.add_argument(
        "transcripts",
        nargs="+",
        type=Path,
        metavar="transcript.json",
        help="the JSON of a transcript or a correction, or a folder: all .json files in it and below it",
    )
    parser.add_argument(
        "--format",
        required=True,
        action="append",
        choices=tuple(FORMATS),
        help="a format to write; repeat the option for more formats",
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="where to write (default: beside each transcript)")
    parser.add_argument("--replace", action="store_true", help="replace files that exist already")
    return parser


def _transcripts(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each transcript's path, and the folder below which its path is kept."""
    for path in paths:
        if path.is_dir():
            yield from ((file, path) for file in sorted(path.rglob("*.json")))
        else:
            yield path, path.parent


def _export(path: Path, target: Path, formats: Sequence[str], *, replace: bool) -> int:
    """Write one transcript in all formats.

    Args:
        path: the JSON of the transcript.
        target: the path of the new files, without their endings.
        formats: the endings.
        replace: whether a file that exists already is replaced.

    Returns:
        The number of files written.

    Raises:
        RecordInvalid: `path` is not the JSON of a transcript or of a correction.
        OSError: a file cannot be read or written, or exists already and must not be replaced.
    """
    saved = corrected_transcript.parse(path.read_bytes(), str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending in formats:
        content = FORMATS[ending].render(saved)
        file = target.with_name(f"{target.name}.{ending}")
        try:
            with file.open("wb" if replace else "xb") as stream:
                stream.write(content)
        except FileExistsError as error:
            raise FileExistsError(f"{file} exists already; --replace replaces it.") from error
    return len(formats)
