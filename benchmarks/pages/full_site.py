"""A local stack whose bucket holds the transcripts, corrections and failed files of a run with many recordings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import batched
from typing import TYPE_CHECKING, Any

from benchmarks.full_bucket.finished_run import copy, put
from local import runs
from local.aws_client import REGION, logs_client, s3_client
from local.paths import DEMO_CLIPS
from local.resources import BUCKET
from local.stack import Stack
from transcription.contract import keys, records
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import FAILED
from transcription.contract.run_keys import RunKeys, run_name
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.finish.texts import RecordingText, Texts
from transcription.shared.aws_console import AwsConsole
from transcription.shared.job_record import FailedChild, Job

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The recording that is really transcribed. All others repeat its transcript.
PATTERN = "pattern"
_FILES_PER_PAGE = 1_000
#: One recording in so many is corrected, and one in so many failed.
_CORRECTED, _FAILED = 10, 50
#: The number of the child that failed, and the number of lines of its log.
FAILED_CHILD, _LOG_LINES = 3, 1_000
#: The text of each recording, as long as that of a minute of speech.
_TEXT = "word " * 180
#: Number of objects in the sets of recordings with texts, and of recordings in the record of corrections: the most that
#: the page about data counts.
_IN_SETS, _MEASURED = 2_000, 10_000
_LOG_GROUP = "/aws/batch/benchmark"


def fill(stack: Stack, names: list[str]) -> str:
    """Transcribe one recording, and repeat what the run wrote for all names.

    Args:
        stack: The running stack.
        names: The names of the recordings, in the order in which S3 lists them.

    Returns:
        The id of the run, which then seems to have transcribed all recordings.
    """
    endpoint, s3 = stack.addresses.endpoint, s3_client(stack.addresses.endpoint)
    s3.upload_file(str(sorted(DEMO_CLIPS.glob("*.wav"))[0]), BUCKET, f"{keys.INPUT_FOLDER}{PATTERN}.wav")
    with stack.airflow.client() as client:
        run_id = runs.wait(client, runs.trigger(client)).run_id
    for make_key in (keys.transcript, keys.transcript_json):
        copy(endpoint, BUCKET, make_key(PATTERN), [make_key(name) for name in names])
    corrected = names[::_CORRECTED]
    copy(endpoint, BUCKET, keys.transcript(PATTERN), [keys.corrected(name) for name in corrected])
    copy(endpoint, BUCKET, keys.transcript_json(PATTERN), [keys.corrected_json(name) for name in corrected])
    run = run_name(run_id)
    pattern = _only_outcome(s3, run)
    put(endpoint, BUCKET, _moves(run, pattern, names))
    put(endpoint, BUCKET, _failed_files(pattern, names[::_FAILED]))
    put(endpoint, BUCKET, [(RunKeys(run).job, _job(endpoint, run))])
    _fill_data(endpoint, s3)
    return run_id


def _fill_data(endpoint: str, s3: S3Client) -> None:
    """Write a set of recordings with texts, and the record of the errors that people corrected."""
    folder = keys.teaching_set("benchmark")
    paths = [f"{folder}{number:06d}.{ending}" for number in range(_IN_SETS // 2 + 1) for ending in ("wav", "txt")]
    copy(endpoint, BUCKET, keys.transcript(PATTERN), paths)
    errors = {"model": "court", "month": "2026-11", "words": 9, "errors": 1, "segments": 2, "checked": 1, "seconds": 5}
    record = {"recordings": {f"calls/{number}": errors for number in range(_MEASURED)}}
    s3.put_object(Bucket=BUCKET, Key=keys.CORRECTED_ERRORS, Body=json.dumps(record).encode())


def _job(endpoint: str, run: str) -> Job:
    """Return the record of a Batch job with a failed child, after writing the log of this child."""
    logs = logs_client(endpoint)
    logs.create_log_group(logGroupName=_LOG_GROUP)
    logs.create_log_stream(logGroupName=_LOG_GROUP, logStreamName=run)
    now = int(time.time() * 1000)
    events: Any = [{"timestamp": now, "message": f"line {number} of the log"} for number in range(_LOG_LINES)]
    logs.put_log_events(logGroupName=_LOG_GROUP, logStreamName=run, logEvents=events)
    address = AwsConsole("https://console.aws.amazon.com", REGION).log(_LOG_GROUP, run)
    failed = (FailedChild(f"job:{FAILED_CHILD}", "exit code 1", address),)
    return Job(run, "job", "benchmark", failed=failed)


def _only_outcome(s3: S3Client, run: str) -> Outcome:
    key = RunKeys(run).moves(0)
    (outcome,) = records.load(Outcomes, s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), key).files
    return outcome


def _moves(run: str, pattern: Outcome, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield the pages of the outcomes of a run that transcribed all names, and their texts, with their keys."""
    outcomes = [replace(pattern, item=_item(number, name)) for number, name in enumerate(names)]
    pages = list(batched(outcomes, _FILES_PER_PAGE))
    for number, page in enumerate(pages):
        texts = RunKeys(run).texts("benchmark", page[0].item.number)
        recordings = (RecordingText(keys.name_of(outcome.item.key), _TEXT) for outcome in page)
        yield texts, Texts(tuple(recordings))
        yield RunKeys(run).moves(number), Outcomes(run, page, "benchmark", len(pages), len(outcomes), (texts,))


def _failed_files(pattern: Outcome, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield failed files and their reasons, with their keys."""
    for number, name in enumerate(names):
        item = _item(number, name)
        yield keys.failed(item.key), None
        failure = Failure("AUDIO_EMPTY", "The file has no bytes.")
        yield keys.failed_reason(item.key), replace(pattern, item=item, status=FAILED, failure=failure)


def _item(number: int, name: str) -> Item:
    return Item(number, f"{keys.INPUT_FOLDER}{name}.wav", "e", 4)


def names(count: int) -> list[str]:
    """Return names like those of digital recorders, in the order in which S3 lists them."""
    return sorted(f"2026.11.{number % 28 + 1:02d}/{number:06d}" for number in range(count))
