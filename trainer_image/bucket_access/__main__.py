"""The command `python -m bucket_access`. It reads a request as JSON from standard input and prints an answer as JSON.

The request has the fields `task` and `bucket`. Further fields are the arguments of the function for the task, by their
names. An answer with the field `error` says why the request failed.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bucket_access import evaluation_records, job_records
from bucket_access.candidate import store_candidate
from bucket_access.teaching_bucket import TeachingBucket
from bucket_access.teaching_data import fetch_teaching_data
from transcription.contract.errors import TranscriptionError


def main() -> int:
    """Answer the request, and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    request = json.load(sys.stdin)
    task, bucket = request.pop("task"), TeachingBucket(request.pop("bucket"))
    try:
        answer = _TASKS[task](bucket, **request)
    except TranscriptionError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))
    return "error" in answer


def _fetch(bucket: TeachingBucket, folder: str, set: str, base: str) -> Mapping[str, Any]:  # noqa: A002 - as in a request
    data = fetch_teaching_data(bucket, Path(folder), set, base)
    return {"audio": str(data.audio), "base": str(data.base), "models": sorted(bucket.model_names())}


def _store(bucket: TeachingBucket, name: str, folder: str) -> Mapping[str, Any]:
    return {"place": store_candidate(bucket, name, Path(folder))}


#: The functions of the tasks. `fetch` and `store` are for `make teach`, the others for Batch jobs.
_TASKS: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "fetch": _fetch,
    "store": _store,
    "begin": job_records.begin,
    "keep": job_records.keep_checkpoint,
    "finish": job_records.finish,
    "fail": job_records.record_failure,
    "begin_evaluation": evaluation_records.begin_evaluation,
    "keep_result": evaluation_records.keep_result,
    "fetch_results": evaluation_records.fetch_results,
    "finish_evaluation": evaluation_records.finish_evaluation,
}

if __name__ == "__main__":
    sys.exit(main())
