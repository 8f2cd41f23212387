"""The arguments of the command `python -m transcriber`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from transcriber.option_arguments import add_options, is_any_option_set


def parse_arguments() -> argparse.Namespace:
    """Parse the command line and return its arguments.

    If the arguments contradict each other, print the reason and exit with code 2.
    """
    parser = _parser()
    arguments = parser.parse_args()
    child_arguments = [bool(value) for value in (arguments.bucket, arguments.run, arguments.draft)]
    modes = [bool(arguments.files), all(child_arguments), arguments.self_test, bool(arguments.convert)]
    if any(child_arguments) != all(child_arguments) or modes.count(True) != 1:
        parser.error("give either recordings, or --bucket, --run and --draft, or --self-test, or --convert")
    if not arguments.files and is_any_option_set(arguments):
        parser.error("--beam-width and the like are for files; the options of a run are in its manifest")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m transcriber",
        description="Speech to text with DeepSpeech.",
        epilog="python -m transcriber export writes transcripts in other formats; see its --help.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="recording", help="print the transcripts of these files")
    parser.add_argument("--bucket", help="transcribe files of this S3 bucket …")
    parser.add_argument("--run", help="… that this run planned …")
    parser.add_argument(
        "--draft",
        help="… in this set of shards; AWS_BATCH_JOB_ARRAY_INDEX is the number of the shard (default: 0)",
    )
    parser.add_argument(
        "--self-test", action="store_true", help="transcribe a built-in clip, to test the container and the model"
    )
    parser.add_argument(
        "--convert", type=Path, metavar="DIR", help="convert the model's network for the batched engine and write it"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=os.environ.get("TRANSCRIBER_MODEL", "/opt/model"),
        help="the folder with the .pbmm, and optionally a .scorer and a model.json (default: $TRANSCRIBER_MODEL or "
        "%(default)s)",
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        metavar="N",
        default=os.environ.get("TRANSCRIBER_PROCESSES"),
        help="how many processes transcribe (default: $TRANSCRIBER_PROCESSES, or one for each core)",
    )
    add_options(parser)
    return parser


def _positive(text: str) -> int:
    """Parse a whole number that is at least 1.

    Raises:
        ArgumentTypeError: `text` is something else. argparse prints the message and exits with code 2.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)
