"""The pipeline as its users have it: a bucket, and a button that starts a run; and the AWS below it, to break."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from local import folders
from local.aws_client import batch_client, s3_client
from local.resources import BUCKET, QUEUE
from local.runs import Run
from local.stack import Stack
from tests.support.pipeline.airflow_ui import People
from tests.support.pipeline.spoken_recordings import Recording
from tests.support.pipeline.waiting import until
from transcription.contract import keys

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_s3 import S3Client

OVER = ("SUCCEEDED", "FAILED")


class Pipeline:
    """What a user has: a bucket, and a button that starts a run."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.endpoint = stack.addresses.endpoint
        self.s3: S3Client = s3_client(self.endpoint)
        self.batch: BatchClient = batch_client(self.endpoint)
        #: By name below `input/`: what was uploaded there, the newest last. Nothing for what its owner deleted.
        self.uploads: dict[str, list[Recording]] = defaultdict(list)

    @cached_property
    def people(self) -> People:
        """Somebody before the Airflow UI."""
        return People(self.stack.airflow.client())

    def upload(self, key: str, content: bytes) -> None:
        """Put an object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def give(self, recordings: Mapping[str, Recording]) -> None:
        """Upload recordings to `input/`."""
        for name, recording in recordings.items():
            self.upload(keys.INPUT_FOLDER + name, recording.content)
            self.uploads[name].append(recording)

    def take_back(self, name: str) -> None:
        """Delete a recording from `input/`, as its owner may."""
        self.s3.delete_object(Bucket=BUCKET, Key=keys.INPUT_FOLDER + name)
        del self.uploads[name]

    def read(self, key: str) -> bytes:
        """Get an object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str = "") -> list[str]:
        """List keys."""
        return folders.list_keys(self.s3, prefix)

    def run(self, conf: dict[str, Any] | None = None) -> Run:
        """Start a run and wait for its end."""
        return self.people.wait(self.people.trigger(conf))

    def log(self, run: Run, task_id: str, attempt: int = 1) -> str:
        """The log of one attempt of a task."""
        return self.people.log(run.run_id, task_id, attempt)

    def jobs(self, run_id: str = "") -> list[dict[str, Any]]:
        """The Batch jobs of a run, or of all runs, as ListJobs tells of them; the oldest first."""
        name = f"transcribe-{keys.run_name(run_id)}" if run_id else "transcribe-*"
        named: Any = [{"name": "JOB_NAME", "values": [name]}]
        pages = self.batch.get_paginator("list_jobs").paginate(jobQueue=QUEUE, filters=named)
        found: list[Any] = [each for page in pages for each in page["jobSummaryList"]]
        return sorted(found, key=lambda each: each["createdAt"])

    def wait_for_job(self, run_id: str) -> dict[str, Any]:
        """Watch a run until it has submitted its first job."""
        return until("a Batch job", lambda: self.jobs(run_id))[0]

    def wait_for_termination(self, run_id: str) -> None:
        """Watch a run until somebody has ended its first job; what its machines do about that is another matter."""
        job_id = self.wait_for_job(run_id)["jobId"]
        until("the end of a job", lambda: self.batch.describe_jobs(jobs=[job_id])["jobs"][0]["isTerminated"])

    def add_fault(self, **fault: Any) -> None:
        """Make the local AWS misbehave; see standin/README.md."""
        httpx.post(f"{self.endpoint}/_faults", json=fault).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, each with how often it `fired`."""
        answer = httpx.get(f"{self.endpoint}/_faults").raise_for_status().json()
        found: list[dict[str, Any]] = answer["faults"]
        return found

    def end_faults(self) -> list[dict[str, Any]]:
        """Make the local AWS behave again; the faults that were in force."""
        found = self.faults()
        httpx.delete(f"{self.endpoint}/_faults").raise_for_status()
        return found

    def calls(self) -> dict[str, Any]:
        """How often each AWS operation was called so far."""
        counted: dict[str, Any] = httpx.get(f"{self.endpoint}/_calls").raise_for_status().json()
        return counted

    def clear(self) -> None:
        """Empty the bucket of all versions, forget faults and counts; end what a test that failed has left at work."""
        self.end_faults()
        for run_id in self.people.active():
            self.people.mark_run_failed(run_id)
        for job in self.jobs():
            if job["status"] not in OVER:
                self.batch.terminate_job(jobId=job["jobId"], reason="The test is over")
        until("the end of all jobs", lambda: all(job["status"] in OVER for job in self.jobs()))
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
            versions: Iterable[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            objects: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            if objects:
                self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": True})
        self.uploads.clear()
        httpx.delete(f"{self.endpoint}/_calls").raise_for_status()
