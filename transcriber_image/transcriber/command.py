"""The command `python -m transcriber`.

It transcribes the shard of a Batch child or local files, tests the image, or converts a model's network.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Optional

from transcriber.arguments import parse_arguments
from transcriber.engines.batched.network_cache import convert_network
from transcriber.line_formatter import LineFormatter
from transcriber.model.model_folder import open_folder
from transcriber.option_arguments import options_from
from transcriber.shard.metrics import put_fault
from transcriber.workers.cores import count_cores
from transcription.contract.errors import ChildFailed, ShardIncomplete, TranscriptionError
from transcription.contract.log_text import printable

#: The exit code of a process that SIGTERM ended. AWS sends SIGTERM before it reclaims a Spot machine, and Batch starts
#: the child again.
_TERMINATED = 128 + signal.SIGTERM

#: How many seconds the clean-up after SIGTERM may take. SIGKILL follows SIGTERM after 30 s (Amazon ECS,
#: `ECS_CONTAINER_STOP_TIMEOUT`).
_CLEANUP_SECONDS = 20.0


def main() -> int:
    """Run the command.

    Returns:
        The exit code: 0 if everything succeeded, 1 if something failed. After SIGTERM the process exits with 143.
    """
    signal.signal(signal.SIGTERM, _terminate)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it logs where it found credentials
    arguments = parse_arguments()
    processes = arguments.processes or count_cores()
    try:
        # The image is also built on machines without AVX, which can convert a network but not load libdeepspeech.
        if arguments.convert:
            convert_network(open_folder(arguments.model), arguments.convert)
            return 0
        if arguments.self_test:
            from transcriber.self_test import self_test  # noqa: PLC0415

            text, engine = self_test(arguments.model)
            print(f"heard: {text}\nengine: {engine}")
            return 0
        if arguments.files:
            from transcriber.local_files import transcribe_files  # noqa: PLC0415

            is_complete = transcribe_files(arguments.files, arguments.model, options_from(arguments), processes)
            return 0 if is_complete else 1
        _run_child(arguments, processes)
    except (TranscriptionError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0


def _run_child(arguments: argparse.Namespace, processes: int) -> None:
    """Transcribe the shard of this child. If the child ends too early, record why.

    Raises:
        ShardIncomplete: some files are not done.
        TranscriptionError: the whole shard failed. The metrics count this as one failure.
        Exception: an error that the code does not expect, for example of the disk. The metrics count it, too.
    """
    # boto3 takes as long to import as everything else, and local files do not need it.
    from transcriber.shard.run_shard import run_shard  # noqa: PLC0415
    from transcriber.shard.shard_reasons import ShardReasons  # noqa: PLC0415
    from transcriber.shard.store import Store  # noqa: PLC0415

    # Batch sets the variable only in an array job. The job of a run with one shard is not an array.
    index = int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    store = Store(arguments.bucket)
    reasons = ShardReasons(store, arguments.run, arguments.draft, index)
    try:
        shard = store.shard(arguments.run, arguments.draft, index)
        run_shard(store, shard, arguments.model, processes, reasons)
    except ShardIncomplete:  # each file that failed is counted and recorded already
        raise
    except Exception as error:
        fault = error if isinstance(error, TranscriptionError) else ChildFailed(f"{type(error).__name__}: {error}")
        put_fault(arguments.bucket, fault)
        reasons.write_for_child(fault)
        raise


def _terminate(number: int, frame: Optional[FrameType]) -> None:
    """Handle SIGTERM: exit by an exception, so that temporary files are deleted.

    The next attempt of this child transcribes the files that have no result record yet.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second SIGTERM would interrupt the clean-up
    # If the clean-up hangs, for example in a request to S3, end the process anyway: an unfinished file has no record.
    timer = threading.Timer(_CLEANUP_SECONDS, os._exit, (_TERMINATED,))
    timer.daemon = True
    timer.start()
    raise SystemExit(_TERMINATED)
