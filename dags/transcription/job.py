"""The Batch job of a run: submitted once, found again by whoever comes later, watched to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from airflow.providers.amazon.aws.links.batch import BatchJobDetailsLink
from airflow.providers.amazon.aws.operators.batch import BatchOperator

from transcription.bucket import Bucket
from transcription.contract.errors import JobFailed
from transcription.contract.keys import RunKeys, run_name
from transcription.contract.manifest import Plan
from transcription.faults import final
from transcription.manifests import read_plan
from transcription.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context
    from mypy_boto3_batch import BatchClient

SUCCEEDED: Final = "SUCCEEDED"
FAILED: Final = "FAILED"
#: How many failed children are named in the error; the log names them all.
_NAMED = 5


@dataclass(frozen=True)
class Job:
    """What `runs/{run}/job.json` holds."""

    run: str
    job_id: str
    job_name: str


class TranscribeOperator(BatchOperator):
    """BatchOperator for a run's manifest: an array job of one child per shard, and one job per run.

    A retried or cleared task finds the job by its name, which is the run's, and waits for that one. Only a job that
    failed for good is followed by another; its children skip every file that has a result.

    It polls instead of deferring: in Airflow 3.2 a deferred task that resumes quickly can be marked failed although
    its job succeeded (https://github.com/apache/airflow/issues/66374).
    """

    #: The provider's other links need what only its own way of waiting records.
    operator_extra_links = (BatchJobDetailsLink(),)  # type: ignore[assignment]  # the base fixes its own four

    def __init__(self, **kwargs: Any) -> None:
        # Batch throttles SubmitJob and DescribeJobs per account; "standard" retries what botocore knows as throttling.
        retries = {"mode": "standard", "total_max_attempts": 10}
        super().__init__(job_name="", deferrable=False, botocore_config={"retries": retries}, **kwargs)

    @final()
    def execute(self, context: Context) -> str | None:
        """Submit or find the job, wait for its end.

        Returns:
            The job's id, or nothing where every file was refused and there is nothing to submit.

        Raises:
            AirflowFailException: the job failed for good. Batch has retried what can be; Airflow does not.
        """
        settings = load_settings()
        bucket = Bucket(settings.bucket)
        plan = read_plan(bucket, run_name(context["run_id"]))
        if not plan.shards:
            self.log.info("Every file was refused when the run was planned; there is nothing to transcribe.")
            return None
        self.job_name = f"transcribe-{plan.run}"
        self.job_id = self._find() or self._submit(bucket, plan, context)
        BatchJobDetailsLink.persist(
            context=context,
            operator=self,
            region_name=self.hook.conn_region_name,
            aws_partition=self.hook.conn_partition,
            job_id=self.job_id,
        )
        job = self._wait(self.job_id, settings.poll_seconds)
        if job["status"] == FAILED:
            raise JobFailed(self._explain(job))
        return self.job_id

    @property
    def _batch(self) -> BatchClient:
        return cast("BatchClient", self.hook.client)

    def _find(self) -> str | None:
        """The newest job of this name, unless it failed for good. Batch remembers jobs for at least seven days."""
        named: Any = [{"name": "JOB_NAME", "values": [self.job_name]}]
        pages = self._batch.get_paginator("list_jobs").paginate(jobQueue=self.job_queue, filters=named)
        jobs = [job for page in pages for job in page["jobSummaryList"]]
        if not jobs:
            return None
        newest = max(jobs, key=lambda job: job["createdAt"])
        if newest["status"] == FAILED:
            self.log.info("Job %s failed (%s); submitting another.", newest["jobId"], newest.get("statusReason"))
            return None
        self.log.info("Job %s is there already (%s); waiting for it.", newest["jobId"], newest["status"])
        return str(newest["jobId"])

    def _submit(self, bucket: Bucket, plan: Plan, context: Context) -> str:
        # Batch refuses arrays of one.
        self.array_properties = {"size": plan.shards} if plan.shards > 1 else None
        self.parameters = {"run": plan.run}
        self.submit_job(context)
        job = Job(plan.run, str(self.job_id), self.job_name)
        bucket.write_record(RunKeys(plan.run).job, job)
        return job.job_id

    def _wait(self, job_id: str, poll_seconds: int) -> dict[str, Any]:
        progress = ""
        while True:
            job: dict[str, Any] = self.hook.get_job_description(job_id)
            if (now := _progress(job)) != progress:
                progress = now
                self.log.info("Job %s: %s", job_id, progress)
            if job["status"] in (SUCCEEDED, FAILED):
                return job
            time.sleep(poll_seconds)

    def _explain(self, job: dict[str, Any]) -> str:
        failed: list[Any] = [job]
        if "arrayProperties" in job:
            pages = self._batch.get_paginator("list_jobs").paginate(arrayJobId=job["jobId"], jobStatus=FAILED)
            failed = [child for page in pages for child in page["jobSummaryList"]]
            for child in failed:
                self.log.error("%s: %s", child["jobId"], _reason(child))
        named = [child["jobId"] for child in failed[:_NAMED]]
        described: list[Any] = self._batch.describe_jobs(jobs=named)["jobs"] if named else [job]
        reasons = [f"{child['jobId']}: {_reason(child)}{_log_of(child)}" for child in described]
        more = f" … and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
        return (
            f"{len(failed)} of {job.get('arrayProperties', {}).get('size', 1)} Batch children failed; what they "
            f"finished is kept. {'; '.join(reasons)}{more}. Put the cause right, then clear this task: "
            "only what is missing is transcribed again."
        )


def _progress(job: dict[str, Any]) -> str:
    summary = job.get("arrayProperties", {}).get("statusSummary")
    if not summary:
        return str(job["status"])
    return ", ".join(f"{count} {status}" for status, count in sorted(summary.items()) if count)


def _log_of(job: dict[str, Any]) -> str:
    """Where a child says itself what is wrong."""
    container = job.get("container", {})
    if "logStreamName" not in container:
        return ""
    group = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", "/aws/batch/job")
    return f" (CloudWatch log group {group}, stream {container['logStreamName']})"


def _reason(job: dict[str, Any]) -> str:
    container = job.get("container", {})
    exit_code = f"exit code {container['exitCode']}" if "exitCode" in container else ""
    parts = (job.get("statusReason", ""), container.get("reason", ""), exit_code)
    return ", ".join(part for part in parts if part) or "no reason given"
