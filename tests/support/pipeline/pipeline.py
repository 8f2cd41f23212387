"""The running pipeline for tests: the bucket, the Airflow UI, Batch, and the faults of the stand-in."""

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
from tests.support.pipeline.airflow_ui import AirflowUi
from tests.support.pipeline.spoken_recordings import Recording
from tests.support.pipeline.waiting import until
from transcription.contract import keys
from transcription.contract.run_keys import run_name

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_s3 import S3Client

ENDED = ("SUCCEEDED", "FAILED")


class Pipeline:
    """A running local stack as its users see it, with methods to cause faults."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.endpoint = stack.addresses.endpoint
        self.s3: S3Client = s3_client(self.endpoint)
        self.batch: BatchClient = batch_client(self.endpoint)
        #: The uploads of each recording that was not deleted, by the recording's name, the newest upload last.
        self.uploads: dict[str, list[Recording]] = defaultdict(list)

    @cached_property
    def ui(self) -> AirflowUi:
        """The Airflow UI of the stack."""
        return AirflowUi(self.stack.airflow.client())

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def upload_recordings(self, recordings: Mapping[str, Recording]) -> None:
        """Upload recordings, given by name, to `input/`."""
        for name, recording in recordings.items():
            self.put(keys.INPUT_FOLDER + name, recording.content)
            self.uploads[name].append(recording)

    def delete_recording(self, name: str) -> None:
        """Delete a recording from `input/`, as the owner of the recording may."""
        self.s3.delete_object(Bucket=BUCKET, Key=keys.INPUT_FOLDER + name)
        del self.uploads[name]

    def read(self, key: str) -> bytes:
        """Return the content of an object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def find(self, key: str) -> bytes | None:
        """Return the content of an object, or `None` if there is no such object."""
        return self.read(key) if key in self.keys(key) else None

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that start with `prefix`."""
        return folders.list_keys(self.s3, prefix)

    def run(self, conf: dict[str, Any] | None = None) -> Run:
        """Start a run with the form values `conf`, wait for its end, and return the run."""
        return self.ui.wait(self.ui.trigger(conf))

    def log(self, run: Run, task_id: str, attempt: int = 1) -> str:
        """Return the log of one attempt of a task."""
        return self.ui.log(run.run_id, task_id, attempt)

    def jobs(self, run_id: str = "", generation: int = 1) -> list[dict[str, Any]]:
        """Return the Batch jobs of a run as ListJobs describes them, the oldest first.

        Without `run_id`, return the jobs of all runs. `generation` counts the runs with this id.
        """
        name = f"transcribe-{run_name(run_id, generation)}" if run_id else "transcribe-*"
        filters: Any = [{"name": "JOB_NAME", "values": [name]}]
        pages = self.batch.get_paginator("list_jobs").paginate(jobQueue=QUEUE, filters=filters)
        jobs: list[Any] = [job for page in pages for job in page["jobSummaryList"]]
        return sorted(jobs, key=lambda job: job["createdAt"])

    def wait_for_job(self, run_id: str) -> dict[str, Any]:
        """Wait until a run has submitted its first job, and return that job."""
        return until("a Batch job", lambda: self.jobs(run_id))[0]

    def wait_for_termination(self, run_id: str) -> None:
        """Wait until Batch was told to terminate the first job of a run. The job's children may still work."""
        job_id = self.wait_for_job(run_id)["jobId"]
        until("the end of a job", lambda: self.batch.describe_jobs(jobs=[job_id])["jobs"][0]["isTerminated"])

    def add_fault(self, **fault: Any) -> None:
        """Let the stand-in cause a fault with these fields. standin/README.md lists the kinds and fields."""
        httpx.post(f"{self.endpoint}/_faults", json=fault).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """Return the active faults. The field `fired` of a fault says how often the fault happened."""
        faults: list[dict[str, Any]] = httpx.get(f"{self.endpoint}/_faults").raise_for_status().json()["faults"]
        return faults

    def end_faults(self) -> list[dict[str, Any]]:
        """End all faults, and return them as `faults` does."""
        faults = self.faults()
        httpx.delete(f"{self.endpoint}/_faults").raise_for_status()
        return faults

    def calls(self) -> dict[str, Any]:
        """Return how often each AWS operation was called, by service and operation."""
        counts: dict[str, Any] = httpx.get(f"{self.endpoint}/_calls").raise_for_status().json()
        return counts

    def clear(self) -> None:
        """End the runs, jobs and faults of earlier tests, delete all versions of all objects, and reset counts."""
        self.end_faults()
        for run_id in self.ui.active_runs():
            self.ui.mark_run_failed(run_id)
        for job in self.jobs():
            if job["status"] not in ENDED:
                self.batch.terminate_job(jobId=job["jobId"], reason="The test is over")
        until("the end of all jobs", lambda: all(job["status"] in ENDED for job in self.jobs()))
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
            versions: Iterable[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            objects: Any = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            if objects:
                self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": True})
        self.uploads.clear()
        httpx.delete(f"{self.endpoint}/_calls").raise_for_status()
