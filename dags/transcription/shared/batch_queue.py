"""A Batch job queue, with methods that submit, find, describe and end its jobs."""

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

#: Number of jobs that one request describes at most. Source: AWS Batch API Reference, DescribeJobs.
_DESCRIBE_LIMIT = 100

#: Seconds for which a submission is retried. Batch limits the requests of an account, which may have other users.
_SUBMIT_SECONDS = 600


def _may_succeed_later(error: BaseException) -> bool:
    """Return whether a submission that failed with `error` may still have reached Batch, or may succeed later."""
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status == 429 or status >= 500 or "TooManyRequests" in error.response["Error"]["Code"]  # noqa: PLR2004
    return isinstance(error, (HTTPClientError, ConnectionError))


class BatchQueue:
    """A Batch job queue, which other programs may use too.

    Args:
        queue: the name or ARN of the queue.
        definition: the name or ARN of a job definition, with or without a revision. Jobs of other definitions are not
            seen, with any name. Empty: jobs of all definitions are seen.
    """

    def __init__(self, queue: str, definition: str = "") -> None:
        self._queue, self._definition = queue, batch_job.definition_name(definition)
        # "standard" retries throttled requests with backoff.
        retries: Any = {"mode": "standard", "total_max_attempts": 10}
        self._client: BatchClient = BatchClientHook(config=Config(retries=retries)).get_conn()
        # If the answer to a submission is lost, botocore must not repeat it: the audio would be paid for twice.
        once: Any = {"total_max_attempts": 1}
        self._submitter: BatchClient = BatchClientHook(config=Config(retries=once)).get_conn()

    @property
    def endpoint(self) -> str:
        """The address of the Batch API."""
        return self._client.meta.endpoint_url

    def jobs(self, name: str) -> list[batch_job.JobDescription]:
        """Return the jobs of the definition called `name`, the newest first, as ListJobs describes them.

        If `name` ends with `*`, return the jobs whose names start with the text before it. Batch keeps jobs for at
        least seven days after their end.
        """
        name_filter: Any = [{"name": "JOB_NAME", "values": [name]}]
        pages = self._client.get_paginator("list_jobs").paginate(jobQueue=self._queue, filters=name_filter)
        summaries = [summary for page in pages for summary in page["jobSummaryList"] if self._is_own(summary)]
        return sorted(summaries, key=lambda summary: summary["createdAt"], reverse=True)

    def _is_own(self, job: batch_job.JobDescription) -> bool:
        # A job whose definition Batch does not name could be our own, and must not be submitted again.
        definition = batch_job.definition_name(job.get("jobDefinition", self._definition))
        return self._definition in ("", definition)

    def submit(self, name: str, definition: str, children: int, parameters: dict[str, str], known: set[str]) -> str:
        """Submit a job. Retry for ten minutes, and do not submit the job again if only Batch's answer was lost.

        Args:
            name: the job's name.
            definition: the job definition, by name or ARN.
            children: the size of the array job; 1 gives a plain job, because Batch refuses arrays of one.
            parameters: the values of the job definition's parameters.
            known: the ids of earlier jobs with this name. Any other job with this name counts as this submission.

        Returns:
            The job's id.

        Raises:
            JobRefused: Batch refuses the job, and a retry would not help.
            botocore.exceptions.ClientError: Batch answered the last retry with an error.
            botocore.exceptions.BotoCoreError: Batch did not answer the last retry.
        """
        array: Any = {"arrayProperties": {"size": children}} if children > 1 else {}
        submission: Any = {"jobName": name, "jobDefinition": definition, "parameters": parameters, **array}
        retry = Retrying(
            retry=retry_if_exception(_may_succeed_later),
            # Wait first: ListJobs may not show a new job at once.
            wait=wait_random_exponential(multiplier=5, min=5, max=30),
            stop=stop_after_delay(_SUBMIT_SECONDS),
            before_sleep=before_sleep_log(log, logging.WARNING),
            reraise=True,
        )
        attempts = count()

        def submit_or_find() -> str:
            if next(attempts):
                arrived = [job["jobId"] for job in self.jobs(name) if job["jobId"] not in known]
                if arrived:
                    return str(arrived[0])
            return self._submitter.submit_job(jobQueue=self._queue, **submission)["jobId"]

        try:
            return retry(submit_or_find)
        except ClientError as error:
            if _may_succeed_later(error):
                raise
            raise JobRefused(
                f"AWS Batch refuses the job: {error}. Check [transcription] job_queue and job_definition, and "
                "that Airflow's role may submit to them; then clear this task."
            ) from error

    def describe(self, job_id: str) -> batch_job.JobDescription:
        """Return the description of a job from DescribeJobs.

        Raises:
            tenacity.RetryError: Batch has not known the job for 60 seconds.
        """
        # DescribeJobs may not know a new job at once.
        wait = Retrying(
            retry=retry_if_result(lambda descriptions: not descriptions),
            wait=wait_fixed(2),
            stop=stop_after_delay(60),
            reraise=True,
        )
        (description,) = wait(lambda: list(self.describe_all([job_id])))
        return description

    def describe_all(self, job_ids: Iterable[str]) -> Iterator[batch_job.JobDescription]:
        """Yield the descriptions of jobs or children from DescribeJobs, in any order. Leave out unknown ids."""
        for ids in batched(job_ids, _DESCRIBE_LIMIT):
            yield from self._client.describe_jobs(jobs=list(ids))["jobs"]

    def children(self, parent: batch_job.JobDescription, status: str | None = None) -> Iterator[str]:
        """Yield the ids of a job's children; with `status`, only of children with this status.

        A plain job is its own only child.
        """
        if batch_job.child_count(parent) == 1:
            yield from [parent["jobId"]] if status in (None, parent["status"]) else []
            return
        if status is None:
            yield from (f"{parent['jobId']}:{index}" for index in range(batch_job.child_count(parent)))
            return
        lister: Callable[..., Any] = self._client.get_paginator("list_jobs").paginate
        for page in lister(arrayJobId=parent["jobId"], jobStatus=status):
            yield from (summary["jobId"] for summary in page["jobSummaryList"])

    def waiting_reason(self, parent: batch_job.JobDescription) -> str:
        """Return Batch's reason why the first waiting child has no machine, or an empty text if Batch gives none."""
        if batch_job.child_count(parent) == 1:
            return str(parent.get("statusReason", ""))
        answer = self._client.list_jobs(arrayJobId=parent["jobId"], jobStatus=batch_job.JOB_RUNNABLE, maxResults=1)
        return next((summary.get("statusReason", "") for summary in answer["jobSummaryList"]), "")

    def end(self, job_id: str, reason: str) -> None:
        """Terminate a job and all its children. A job that is over stays as it is."""
        self._client.terminate_job(jobId=job_id, reason=reason)
        log.info("Ended the Batch job %s: %s", job_id, reason)
