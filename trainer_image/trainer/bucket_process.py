"""The process that fetches what is taught from the bucket, and stores the new model there.

The program is `trainer_image/bucket_access`. It runs on the transcriber's Python, which has AWS's library.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.errors import BucketFailed
from trainer.recognition.recogniser_process import module_path, python_path


@dataclass(frozen=True)
class FetchedData:
    """What was fetched."""

    #: The folder of the recordings, and the folder of the base model.
    audio: Path
    base: Path
    #: The names of all models in the bucket.
    models: frozenset[str]


def fetch(bucket: str, set_name: str, base: str, folder: Path) -> FetchedData:
    """Fetch corrections with their recordings, a set of recordings with texts, and the base model.

    Args:
        bucket: the name of the bucket.
        set_name: the name of a folder below `teaching/`; empty for corrections only.
        base: the name of the base model in the bucket; empty for the model in use.
        folder: the folder for the copy.

    Raises:
        BucketFailed: something is missing, or S3 refuses; the message says what.
    """
    request = {"task": "fetch", "bucket": bucket, "set": set_name, "base": base, "folder": str(folder)}
    answer = _run(request)
    return FetchedData(Path(answer["audio"]), Path(answer["base"]), frozenset(answer["models"]))


def store(bucket: str, name: str, folder: Path) -> str:
    """Store a new model with its report in the bucket, and return its address.

    Raises:
        BucketFailed: there is a model of this name, or S3 refuses.
    """
    return str(_run({"task": "store", "bucket": bucket, "name": name, "folder": str(folder)})["place"])


def begin(bucket: str, run: str, folder: Path) -> dict[str, Any]:
    """Fetch the order of a teaching that runs as a Batch job, its data and its checkpoints.

    Args:
        bucket: the name of the bucket.
        run: the name of the run.
        folder: the folder for all files.

    Returns:
        What `bucket_access.job_records.begin` returns.

    Raises:
        BucketFailed: something is missing, or S3 refuses; the message says what.
    """
    return _run({"task": "begin", "bucket": bucket, "run": run, "folder": str(folder)})


def keep_checkpoint(bucket: str, run: str, file: str, path: Path) -> None:
    """Copy a checkpoint to the bucket. `file` is its path below the folder of checkpoints.

    Raises:
        BucketFailed: S3 refuses or fails.
    """
    _run({"task": "keep", "bucket": bucket, "run": run, "file": file, "path": str(path)})


def finish(bucket: str, run: str, folder: Path, model: str, model_folder: Path) -> None:
    """Store the outcome of a teaching and, if `model` names it, the new model.

    Raises:
        BucketFailed: another model has got this name meanwhile, or S3 refuses.
    """
    places = {"folder": str(folder), "model": model, "model_folder": str(model_folder)}
    _run({"task": "finish", "bucket": bucket, "run": run, **places})


def record_failure(bucket: str, run: str, job: str, code: str, message: str) -> None:
    """Write down in the bucket why a Batch job failed.

    Raises:
        BucketFailed: S3 refuses or fails.
    """
    _run({"task": "fail", "bucket": bucket, "run": run, "job": job, "code": code, "message": message})


def begin_evaluation(bucket: str, run: str, index: int, folder: Path) -> dict[str, Any]:
    """Fetch the order of an evaluation, and what child number `index` of its job needs.

    Returns:
        What `bucket_access.evaluation_records.begin_evaluation` returns.

    Raises:
        BucketFailed: something is missing, or S3 refuses; the message says what.
    """
    return _run({"task": "begin_evaluation", "bucket": bucket, "run": run, "index": index, "folder": str(folder)})


def keep_result(bucket: str, run: str, model: str, path: Path) -> None:
    """Write the record of what a model heard.

    Raises:
        BucketFailed: S3 refuses or fails.
    """
    _run({"task": "keep_result", "bucket": bucket, "run": run, "model": model, "path": str(path)})


def fetch_results(bucket: str, run: str, folder: Path) -> list[Path]:
    """Fetch what all models heard, and return the files in the order of the models; none if a result is missing.

    Raises:
        BucketFailed: S3 refuses or fails.
    """
    answer = _run({"task": "fetch_results", "bucket": bucket, "run": run, "folder": str(folder)})
    return [Path(path) for path in answer["results"]]


def finish_evaluation(bucket: str, run: str, folder: Path) -> None:
    """Store the report and the outcome of an evaluation.

    Raises:
        BucketFailed: S3 refuses or fails.
    """
    _run({"task": "finish_evaluation", "bucket": bucket, "run": run, "folder": str(folder)})


def _run(request: Mapping[str, Any]) -> dict[str, Any]:
    process = subprocess.run(
        [python_path(), "-m", "bucket_access"],
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": module_path()},
    )
    try:
        answer: dict[str, Any] = json.loads(process.stdout)
    except ValueError:
        answer = {"error": f"bucket_access ended with code {process.returncode}; its messages are above."}
    if "error" in answer:
        raise BucketFailed(answer["error"])
    return answer
