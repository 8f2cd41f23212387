"""AWS Batch, as a run uses it: submit once, find again, look, end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import batched, count
from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.hooks.batch_client import BatchClientHook
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004
from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
    wait_random_exponential,
)

from transcription.contract.errors import JobRefused
from transcription.shared import batch_job

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient

log = logging.getLogger(__name__)

#: How many jobs one call describes at the most. Source: AWS Batch API Reference, DescribeJobs.
_DESCRIBED = 100

#: How long a submission is tried, in seconds. Batch throttles per account, and one busy neighbour passes.
_PATIENCE = 600


def _may_pass(error: BaseException) -> bool:
    """Whether a submission that failed like this may have arrived, or may do better later."""
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status == 429 or status >= 500 or "TooManyRequests" in error.response["Error"]["Code"]  # noqa: PLR2004
    return isinstance(error, (HTTPClientError, ConnectionError))


class BatchQueue:
    """One job queue."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        # Batch throttles by account; "standard" retries what botocore knows as throttling, with pauses.
        retries: Any = {"mode": "standard", "total_max_attempts": 10}
        self._client: BatchClient = BatchClientHook(config=Config(retries=retries)).get_conn()
        # botocore would repeat a submission whose answer was lost, and the audio would be paid for twice.
        once: Any = {"total_max_attempts": 1}
        self._submitter: BatchClient = BatchClientHook(config=Config(retries=once)).get_conn()

    def jobs(self, name: str) -> list[batch_job.JobDescription]:
        """All jobs of this name, or with `*` at its end of names that start so, the newest first.

        Batch remembers jobs for at least seven days.
        """
        named: Any = [{"name": "JOB_NAME", "values": [name]}]
        pages = self._client.get_paginator("list_jobs").paginate(jobQueue=self._queue, filters=named)
        found = [each for page in pages for each in page["jobSummaryList"]]
        return sorted(found, key=lambda each: each["createdAt"], reverse=True)

    def submit(self, name: str, definition: str, children: int, parameters: dict[str, str], known: set[str]) -> str:
        """Submit a job, or take the one that an attempt whose answer was lost has submitted.

        Args:
            name: of the job.
            definition: of the job.
            children: an array of so many, or a plain job for 1, because Batch refuses arrays of one.
            parameters: of the job definition.
            known: the ids of the jobs of this name that are to be followed by another.

        Returns:
            The job's id.

        Raises:
            JobRefused: Batch does not take it, and will not.
        """
        array: Any = {"arrayProperties": {"size": children}} if children > 1 else {}
        submission: Any = {"jobName": name, "jobDefinition": definition, "parameters": parameters, **array}
        wait = Retrying(
            retry=retry_if_exception(_may_pass),
            # Not at once: ListJobs may take a moment to tell of a job that did arrive.
            wait=wait_random_exponential(multiplier=5, min=5, max=30),
            stop=stop_after_delay(_PATIENCE),
            before_sleep=before_sleep_log(log, logging.WARNING),
            reraise=True,
        )
        tries = count()

        def once() -> str:
            if next(tries):
                arrived = [each["jobId"] for each in self.jobs(name) if each["jobId"] not in known]
                if arrived:
                    return str(arrived[0])
            return self._submitter.submit_job(jobQueue=self._queue, **submission)["jobId"]

        try:
            return wait(once)
        except ClientError as error:
            if _may_pass(error):
                raise
            raise JobRefused(
                f"AWS Batch does not take the job: {error}. Check [transcription] job_queue and job_definition, and "
                "that Airflow's role may submit to them; then clear this task."
            ) from error

    def describe(self, job_id: str) -> batch_job.JobDescription:
        """The full description of one job."""
        # Right after its submission Batch may not know it yet.
        wait = Retrying(
            retry=retry_if_result(lambda found: not found), wait=wait_fixed(2), stop=stop_after_delay(60), reraise=True
        )
        (found,) = wait(lambda: list(self.describe_all([job_id])))
        return found

    def describe_all(self, job_ids: Iterable[str]) -> Iterator[batch_job.JobDescription]:
        """The full descriptions of jobs or children."""
        for some in batched(job_ids, _DESCRIBED):
            yield from self._client.describe_jobs(jobs=list(some))["jobs"]

    def children(self, parent: batch_job.JobDescription, status: str | None = None) -> Iterator[str]:
        """The ids of a job's children, of those in `status`, or of the job itself where it is a plain one."""
        if batch_job.child_count(parent) == 1:
            yield from [parent["jobId"]] if status in (None, parent["status"]) else []
            return
        if status is None:
            yield from (f"{parent['jobId']}:{index}" for index in range(batch_job.child_count(parent)))
            return
        lister: Callable[..., Any] = self._client.get_paginator("list_jobs").paginate
        for page in lister(arrayJobId=parent["jobId"], jobStatus=status):
            yield from (each["jobId"] for each in page["jobSummaryList"])

    def reason_to_wait(self, parent: batch_job.JobDescription) -> str:
        """What Batch says of the first child that waits for a machine; empty where it says nothing."""
        if batch_job.child_count(parent) == 1:
            return str(parent.get("statusReason", ""))
        answer = self._client.list_jobs(arrayJobId=parent["jobId"], jobStatus=batch_job.JOB_RUNNABLE, maxResults=1)
        return next((each.get("statusReason", "") for each in answer["jobSummaryList"]), "")

    def end(self, job_id: str, reason: str) -> None:
        """End a job and all its children, whatever they are at. A job that is over stays as it is."""
        self._client.terminate_job(jobId=job_id, reason=reason)
        log.info("Ended the Batch job %s: %s", job_id, reason)
