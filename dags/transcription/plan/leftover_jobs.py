"""The Batch jobs that earlier runs left behind, and their end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from transcription.contract.errors import RunBusy
from transcription.shared import batch_job
from transcription.shared.batch_job import JobDescription
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import find_origin
from transcription.shared.run_lease import airflow_address, is_active

log = logging.getLogger(__name__)

#: How long to wait for the jobs to end, in seconds. Batch sends SIGKILL 30 s after SIGTERM, and reports it later.
_TIMEOUT = 180


def is_at_work(bucket: Bucket, ti: Any, run: str) -> bool:
    """Return whether another run, given by its name, has not ended. Call this only if `ti`'s run has the lease.

    The origin of the run's records says which DAG run to ask Airflow for. A run without this record was planned by an
    earlier version. A run of another Airflow works only while it has the lease. Airflow has one run of each id, so
    another run with the id of `ti`'s run was deleted.

    Args:
        bucket: the audio bucket.
        ti: Airflow's task instance of the task that asks.
        run: the name of the other run.
    """
    origin = find_origin(bucket, run)
    if origin is None or origin.airflow != airflow_address():
        return False
    if (origin.dag_id, origin.run_id) == (ti.dag_id, ti.run_id):
        return False
    return is_active(ti, origin.dag_id, origin.run_id, "queued", "running")


def end_leftover_jobs(queue: BatchQueue, run: str, is_at_work: Callable[[str], bool]) -> None:
    """End the jobs of all runs except `run`, and wait until these jobs have ended.

    A job is left behind when somebody cancels or deletes a run while its task has no process that could end the job.
    Results that its children have written count as done in this run.

    If a job has not ended after three minutes, log a warning and return: both jobs write the same transcripts.

    Args:
        queue: the job queue. Jobs that it does not show are those of others, and are never ended.
        run: the name of the run that works now.
        is_at_work: a function that returns whether a run, given by its name, has not ended.

    Raises:
        RunBusy: a run that has not ended has a job that still works. No job was ended.
    """
    leftover = _leftover_jobs(queue, run)
    for job in leftover:
        owner = batch_job.run_of(job["jobName"])
        if is_at_work(owner):
            raise RunBusy(
                f"The Batch job {job['jobId']} of the run {owner} still works, and Airflow says that this run has not "
                "ended. This run has changed nothing. Wait until that run has ended, then clear this one. To end that "
                "run and its job, mark it as failed in Airflow."
            )
    for job in leftover:
        queue.end(job["jobId"], f"Its run is over; {run} takes what it left")
    wait = Retrying(retry=retry_if_result(bool), wait=wait_fixed(2), stop=stop_after_delay(_TIMEOUT))
    try:
        wait(_leftover_jobs, queue, run)
    except RetryError:
        job_ids = [job["jobId"] for job in _leftover_jobs(queue, run)]
        log.warning("Jobs of other runs still run after %d s: %s", _TIMEOUT, job_ids)


def _leftover_jobs(queue: BatchQueue, run: str) -> list[JobDescription]:
    """Return the jobs of other runs that have not ended, as ListJobs describes them."""
    jobs = queue.jobs(batch_job.job_name("*"))
    name = batch_job.job_name(run)
    return [job for job in jobs if job["jobName"] != name and not batch_job.is_over(job)]
