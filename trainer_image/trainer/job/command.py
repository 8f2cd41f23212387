"""The command line of the container: it teaches what an order in the bucket says, or tests itself."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from trainer import bucket_process
from trainer.errors import BucketFailed
from trainer.job.self_test import run_self_test
from trainer.job.teaching_job import TeachingJob
from trainer.training.checkpoint_keeper import TeachingInterrupted
from transcription.contract.errors import TranscriptionError
from transcription.contract.log_text import printable
from transcription.contract.teaching_errors import TeachingFailed

_log = logging.getLogger(__name__)

#: The exit code of a process that SIGTERM ended. AWS sends SIGTERM before it reclaims a Spot machine, and Batch starts
#: the job again.
_TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    """Run the command.

    Returns:
        The exit code: 0 if the teaching has an outcome, 1 if something failed, 143 after SIGTERM.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("jax").setLevel(logging.WARNING)
    arguments = _parse_arguments()
    try:
        if arguments.self_test:
            print(run_self_test())
            return 0
        return _teach(arguments.bucket, arguments.run)
    except (TranscriptionError, OSError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1


def _teach(bucket: str, run: str) -> int:
    """Teach, and record the reason if the teaching fails.

    Returns:
        The exit code.

    Raises:
        TranscriptionError, OSError: the teaching failed.
    """
    with tempfile.TemporaryDirectory(prefix="teaching-") as folder:
        job = TeachingJob(bucket, run, Path(folder))

        def terminate(number: int, frame: FrameType | None) -> None:
            if not job.keeper.interrupt():
                raise SystemExit(_TERMINATED)
            _log.info("SIGTERM: the training saves its state and ends")

        signal.signal(signal.SIGTERM, terminate)
        try:
            job.run()
        except TeachingInterrupted:
            return _TERMINATED
        except Exception as error:
            _record(bucket, run, error)
            raise
    return 0


def _record(bucket: str, run: str, error: Exception) -> None:
    """Write down why the job fails. If that fails, only log it, because the job fails anyway."""
    fault = error if isinstance(error, TranscriptionError) else TeachingFailed(f"{type(error).__name__}: {error}")
    try:
        bucket_process.record_failure(bucket, run, os.environ.get("AWS_BATCH_JOB_ID", "job"), fault.code, fault.message)
    except BucketFailed as refusal:
        _log.warning("The reason cannot be recorded: %s", refusal)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m trainer.job", description=__doc__)
    parser.add_argument("--bucket", help="the audio bucket")
    parser.add_argument("--run", help="the name of the run, whose order is in the bucket")
    parser.add_argument("--self-test", action="store_true", help="check that this container can teach, and exit")
    arguments = parser.parse_args()
    if not arguments.self_test and not (arguments.bucket and arguments.run):
        parser.error("name --bucket and --run, or --self-test")
    return arguments
