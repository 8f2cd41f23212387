"""The command line: a shard of a run in a Batch container, plain WAV files on a desk, or a test of the container."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Optional

from transcriber.engines.batched.network_cache import convert_network
from transcriber.local_files import transcribe_files
from transcriber.model.model_folder import open_folder
from transcriber.self_test import self_test
from transcriber.shard.metrics import put_fault
from transcriber.workers.cores import count_cores
from transcription.contract.errors import ShardIncomplete, TranscriptionError
from transcription.contract.options import ENGINES, HotWord, Options

#: What a process that SIGTERM ended returns: 128 + 15. Batch sends it before a Spot host goes, and tries again.
_TERMINATED = 128 + signal.SIGTERM

#: How long it may take to clear up. SIGKILL comes 30 s after SIGTERM (Amazon ECS, `ECS_CONTAINER_STOP_TIMEOUT`).
_CLEARING_SECONDS = 20.0

#: The options of plain files, as they are called on the command line.
_OPTIONS = ("beam_width", "hot_word", "lm_alpha", "lm_beta", "whole", "engine", "int8_lstm")


def main() -> int:
    """Returns the exit code: 0 done, 1 something failed; 143 where SIGTERM came."""
    signal.signal(signal.SIGTERM, _terminate)
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it announces its credentials' source
    parser = _parser()
    arguments = parser.parse_args()
    of_run = [bool(each) for each in (arguments.bucket, arguments.run, arguments.draft)]
    wanted = [bool(arguments.files), all(of_run), arguments.self_test, bool(arguments.convert)]
    if any(of_run) != all(of_run) or wanted.count(True) != 1:
        parser.error("give either WAV files, or --bucket, --run and --draft, or --self-test, or --convert")
    if not arguments.files and any(getattr(arguments, each) != parser.get_default(each) for each in _OPTIONS):
        parser.error("--beam-width and the like are for files; the options of a run are in its manifest")
    processes = arguments.processes or count_cores()
    try:
        if arguments.self_test:
            heard, engine = self_test(arguments.model)
            print(f"heard: {heard}\nengine: {engine}")
            return 0
        if arguments.convert:
            convert_network(open_folder(arguments.model), arguments.convert)
            return 0
        if arguments.files:
            return 0 if transcribe_files(arguments.files, arguments.model, _options(arguments), processes) else 1
        _run_child(arguments, processes)
    except (TranscriptionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run_child(arguments: argparse.Namespace, processes: int) -> None:
    # boto3 takes as long to import as all the rest, and nobody needs it on a desk.
    from transcriber.shard.run_shard import run_shard  # noqa: PLC0415
    from transcriber.shard.store import Store  # noqa: PLC0415

    # Absent where a run is so small that its job is not an array.
    index = int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    store = Store(arguments.bucket)
    try:
        run_shard(store, store.shard(arguments.run, arguments.draft, index), arguments.model, processes)
    except ShardIncomplete:  # its files have been counted one by one
        raise
    except TranscriptionError as fault:
        put_fault(arguments.bucket, fault)
        raise


def _options(arguments: argparse.Namespace) -> Options:
    """Those of plain files; bad values are refused before a model is loaded."""
    return Options(
        beam_width=arguments.beam_width,
        hot_words=tuple(map(HotWord.parse, arguments.hot_word)),
        lm_alpha=arguments.lm_alpha,
        lm_beta=arguments.lm_beta,
        cut_at_silence=not arguments.whole,
        engine=arguments.engine,
        int8_lstm=arguments.int8_lstm,
    )


def _terminate(number: int, frame: Optional[FrameType]) -> None:
    """End by an exception, so that temporary files go; what is not committed yet is done again by the next attempt."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would interrupt the clearing up
    # Whatever holds it up, such as a request that S3 does not answer: nothing half done is committed anywhere.
    last = threading.Timer(_CLEARING_SECONDS, os._exit, (_TERMINATED,))
    last.daemon = True
    last.start()
    raise SystemExit(_TERMINATED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m transcriber", description="Speech to text with DeepSpeech.")
    parser.add_argument("files", nargs="*", type=Path, metavar="file.wav", help="print the transcripts of these files")
    parser.add_argument("--bucket", help="transcribe from this S3 bucket …")
    parser.add_argument("--run", help="… what this run planned …")
    parser.add_argument("--draft", help="… under this name; AWS_BATCH_JOB_ARRAY_INDEX says which shard (default 0)")
    parser.add_argument("--self-test", action="store_true", help="transcribe a built-in clip, to see that all works")
    parser.add_argument("--convert", type=Path, metavar="DIR", help="write the model's network for the batched engine")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=os.environ.get("TRANSCRIBER_MODEL", "/opt/model"),
        help="folder with a .pbmm and perhaps a .scorer and a model.json (default: $TRANSCRIBER_MODEL or %(default)s)",
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        metavar="N",
        default=os.environ.get("TRANSCRIBER_PROCESSES"),
        help="how many segments are heard at a time (default: $TRANSCRIBER_PROCESSES or one for each core)",
    )
    parser.add_argument("--beam-width", type=int, metavar="N", help="candidates to keep (default: the model's)")
    parser.add_argument("--lm-alpha", type=float, metavar="X", help="weight of the language model (the model's)")
    parser.add_argument("--lm-beta", type=float, metavar="X", help="bonus for each word (the model's)")
    parser.add_argument(
        "--hot-word",
        action="append",
        default=[],
        metavar="WORD:BOOST",
        help="expect a word of the scorer's more, or with a negative boost less: sonata:7.5 (repeatable)",
    )
    parser.add_argument(
        "--engine", choices=ENGINES, default=Options.engine, help="what transcribes (default: %(default)s)"
    )
    parser.add_argument("--int8-lstm", action="store_true", help="calculate less exactly, and faster; measure it first")
    parser.add_argument("--whole", action="store_true", help="do not cut long files at silence; slow, for comparisons")
    return parser


def _positive(text: str) -> int:
    """`text` as a number of processes."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1")
    return int(text)
