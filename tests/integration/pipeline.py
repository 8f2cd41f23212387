"""The pipeline as its users have it: a bucket, and a button that starts a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from local import folders, runs
from local.aws_client import s3_client
from local.resources import BUCKET
from local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Pipeline:
    """What a user has: a bucket, and a button that starts a run."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.endpoint = stack.addresses.endpoint
        self.s3: S3Client = s3_client(self.endpoint)

    def upload(self, key: str, content: bytes) -> None:
        """Put an object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def read(self, key: str) -> bytes:
        """Get an object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str = "") -> list[str]:
        """List keys."""
        return folders.list_keys(self.s3, prefix)

    def run(self, conf: dict[str, Any] | None = None) -> runs.Run:
        """Start a run and wait for its end."""
        with self.stack.airflow.client() as client:
            return runs.wait(client, runs.trigger(client, conf), limit=300)

    def log(self, run: runs.Run, task_id: str) -> str:
        """The log of a task's first attempt."""
        with self.stack.airflow.client() as client:
            return runs.task_log(client, run.run_id, task_id)

    def add_fault(self, **fault: Any) -> None:
        """Make the local AWS misbehave; see local/aws/README.md."""
        httpx.post(f"{self.endpoint}/_faults", json=fault).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, each with how often it `fired`."""
        answer = httpx.get(f"{self.endpoint}/_faults").raise_for_status().json()
        found: list[dict[str, Any]] = answer["faults"]
        return found

    def calls(self) -> dict[str, Any]:
        """How often each AWS operation was called so far."""
        counted: dict[str, Any] = httpx.get(f"{self.endpoint}/_calls").raise_for_status().json()
        return counted

    def clear(self) -> None:
        """Empty the bucket, forget faults and counts."""
        for key in self.keys():
            self.s3.delete_object(Bucket=BUCKET, Key=key)
        for path in ("/_faults", "/_calls"):
            httpx.delete(f"{self.endpoint}{path}").raise_for_status()
