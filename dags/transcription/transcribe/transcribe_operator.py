"""The task `transcribe`: one Batch job per run, whatever happens to the task, to Airflow, or to the network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.amazon.aws.operators.batch import BatchOperator

from transcription.contract import keys
from transcription.contract.errors import JobFailed, JobStuck, RunCancelled
from transcription.contract.keys import RunKeys, run_name
from transcription.shared import batch_job, manifest_store, task_links
from transcription.shared.aws_console import Console
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import Described, FailedChild
from transcription.shared.bucket import Bucket
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import AirflowSkipException, final
from transcription.transcribe.job_poller import Interrupted, Watch
from transcription.transcribe.run_jobs import RunJobs

if TYPE_CHECKING:
    from airflow.sdk import Context

#: How many failed children are named in the error; the log and `job.json` name them all.
_NAMED = 5


class TranscribeOperator(BatchOperator):
    """BatchOperator for a run's manifest: an array job of one child per shard, and one job per run.

    A retried or cleared task finds the job by its name, which is the run's, and waits for that one. Only a job that
    failed for good is followed by another, of the files that have no result.

    It polls instead of deferring: in Airflow 3.2 a deferred task that resumes quickly can be marked failed although
    its job succeeded (https://github.com/apache/airflow/issues/66374).
    """

    #: The provider's own links know nothing of array jobs.
    operator_extra_links = (task_links.TRANSCRIPTS, task_links.JOB, task_links.FAILED, *task_links.LOGS)  # type: ignore[assignment]

    #: Airflow runs each task in a process of its own; set from its signal handler, at any time.
    _interrupted: ClassVar = threading.Event()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(job_name="", deferrable=False, **kwargs)
        self.addresses: dict[str, str] = {}

    @final()
    def execute(self, context: Context) -> str | None:
        """Submit or find the job, wait for its end.

        Returns:
            The job's id, or nothing where there is nothing to transcribe.

        Raises:
            AirflowFailException: the job failed for good. Batch has retried what can be; Airflow does not.
            AirflowSkipException: the run is a dry one.
        """
        settings = load_settings()
        bucket = Bucket(settings.bucket)
        plan = manifest_store.read_plan(bucket, run_name(context["run_id"]))
        if plan.dry_run:
            raise AirflowSkipException("A dry run ends with its plan.")
        task_links.show(
            self, context, task_links.TRANSCRIPTS, Console.of(bucket).folder(bucket.name, keys.OUTPUT + plan.prefix)
        )
        if not plan.shards:
            self.log.info("There is nothing to transcribe.")
            return None
        batch = Batch(self.job_queue)
        jobs = RunJobs(batch, bucket, plan, settings)
        self.job_name = jobs.name
        watch = Watch(batch, bucket, plan, settings, self._interrupted)
        try:
            self.job_id = self._find(jobs, watch) or jobs.submit(self.job_definition)
            if self.job_id is None:
                return None
            task_links.show(self, context, task_links.JOB, Console.of(bucket).job(self.job_id))
            ended = watch.until_over(self.job_id)
        except JobStuck as stuck:
            jobs.record(batch.describe(stuck.job_id), [])
            raise
        except Interrupted:
            raise _stop(jobs, context) from None
        failed = self._failures(batch, ended, bucket, context)
        jobs.record(ended, failed)
        if ended["status"] == batch_job.FAILED:
            raise JobFailed(_explain(ended, failed))
        return self.job_id

    def on_kill(self) -> None:
        """Airflow ends the task. `execute` goes on from there: only it may ask Airflow why."""
        self._interrupted.set()

    def _find(self, jobs: RunJobs, watch: Watch) -> str | None:
        """The job to wait for, or nothing where one has to be submitted."""
        newest = jobs.newest()
        if newest is not None and batch_job.is_ending(newest) and not batch_job.is_over(newest):
            self.log.info("Job %s is being ended; waiting for that.", newest["jobId"])
            newest = watch.until_over(newest["jobId"])
        if newest is None or jobs.is_spent(newest):
            return None
        self.log.info("Job %s is there already (%s).", newest["jobId"], newest["status"])
        return str(newest["jobId"])

    def _failures(self, batch: Batch, ended: Described, bucket: Bucket, context: Context) -> list[FailedChild]:
        """Why children failed, each with a line in the log, the first ones with a button."""
        run = run_name(context["run_id"])
        children = batch.describe_all(batch.children(ended, batch_job.FAILED))
        console = Console.of(bucket)
        failed = [batch_job.failure(child, console.log) for child in children]
        for each in failed:
            self.log.error("%s failed: %s. Log: %s", each.job_id, each.reason, each.log or "it did not start")
        if failed:
            task_links.show(self, context, task_links.FAILED, console.object(bucket.name, RunKeys(run).job))
        for link, log in zip(task_links.LOGS, filter(None, (each.log for each in failed)), strict=False):
            task_links.show(self, context, link, log)
        return failed


def _stop(jobs: RunJobs, context: Context) -> Exception:
    """End the job if somebody ended the task for good; leave it for the task's next attempt otherwise.

    Returns:
        The exception that ends this attempt.
    """
    ti: Any = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id])
    # Nothing: the run is deleted. A cleared task is restarting or queued, one whose worker ends is still running.
    state = states.get(ti.run_id, {}).get(ti.task_id, "deleted")
    if state in ("deleted", "failed", "success", "skipped", "removed"):
        jobs.end(f"The task was ended in Airflow ({state})")
        return RunCancelled(f"The task was ended in Airflow ({state}), and its Batch job with it.")
    return Interrupted(f"This attempt was ended ({state}); the Batch job goes on, and the next attempt finds it.")


def _explain(ended: Described, failed: list[FailedChild]) -> str:
    named = "; ".join(f"{each.job_id}: {each.reason}" for each in failed[:_NAMED])
    more = f" … and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return (
        f"{len(failed)} of {batch_job.size(ended)} Batch children failed; what they finished is kept. {named}{more}. "
        "Their logs are linked in the log of this task. Put the cause right, then clear this task: only what is "
        "missing is transcribed again."
    )
