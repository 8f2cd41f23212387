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


def _run(request: Mapping[str, str]) -> dict[str, Any]:
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
