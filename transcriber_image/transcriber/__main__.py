"""`python -m transcriber`: a shard of a run in a Batch container, or plain WAV files on a desk."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Optional

from transcription.contract.errors import InputError, TranscriptionError
from transcription.contract.options import HotWord, Options

from . import audio
from .engine import DeepSpeechEngine
from .model import open_folder
from .shard import run_shard, transcribe
from .store import Store

#: What a process that SIGTERM ended returns: 128 + 15. Batch sends it before a Spot host goes, and tries again.
_TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    """Returns the exit code: 0 done, 1 something failed; 143 where SIGTERM came."""
    signal.signal(signal.SIGTERM, _terminate)
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it announces its credentials' source
    parser = _parser()
    arguments = parser.parse_args()
    of_run = [bool(each) for each in (arguments.bucket, arguments.run, arguments.draft)]
    if bool(arguments.files) == any(of_run) or any(of_run) != all(of_run):
        parser.error("give either WAV files, or --bucket, --run and --draft")
    if arguments.run and (arguments.beam_width or arguments.hot_word):
        parser.error("--beam-width and --hot-word are for files; the options of a run are in its manifest")
    try:
        if arguments.run:
            return _run_shard(arguments.bucket, arguments.run, arguments.draft, arguments.model)
        return _transcribe_files(arguments.files, arguments.model, arguments.beam_width, arguments.hot_word)
    except TranscriptionError as error:
        print(error, file=sys.stderr)
        return 1


def _run_shard(bucket: str, run: str, draft: str, model: Path) -> int:
    # Absent where a run is so small that its job is not an array.
    index = int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    run_shard(Store(bucket), run, draft, index, model)
    return 0


def _transcribe_files(files: list[Path], folder: Path, beam_width: Optional[int], hot_words: list[str]) -> int:
    # Refuses bad values before a model is loaded.
    options = Options(beam_width=beam_width, hot_words=tuple(map(HotWord.parse, hot_words)))
    engine = DeepSpeechEngine(open_folder(folder), options.beam_width, options.hot_words)
    failed = 0
    for file in files:
        try:
            print(f"{file}: {transcribe(file, audio.describe(file), engine).text}", flush=True)
        except (InputError, OSError) as error:
            print(f"{file}: {error}", file=sys.stderr, flush=True)
            failed += 1
    return 1 if failed else 0


def _terminate(number: int, frame: Optional[FrameType]) -> None:
    """End by an exception, so that temporary files go; what is not committed yet is done again by the next attempt."""
    raise SystemExit(_TERMINATED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m transcriber", description="Speech to text with DeepSpeech.")
    parser.add_argument("files", nargs="*", type=Path, metavar="file.wav", help="print the transcripts of these files")
    parser.add_argument("--bucket", help="transcribe from this S3 bucket …")
    parser.add_argument("--run", help="… what this run planned …")
    parser.add_argument("--draft", help="… under this name; AWS_BATCH_JOB_ARRAY_INDEX says which shard (default 0)")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=os.environ.get("TRANSCRIBER_MODEL", "/opt/model"),
        help="folder with a .pbmm and perhaps a .scorer and a model.json (default: $TRANSCRIBER_MODEL or %(default)s)",
    )
    parser.add_argument("--beam-width", type=int, metavar="N", help="candidates to keep (default: the model's)")
    parser.add_argument(
        "--hot-word",
        action="append",
        default=[],
        metavar="WORD:BOOST",
        help="expect a word of the scorer's more, or with a negative boost less: sonata:7.5 (repeatable)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
