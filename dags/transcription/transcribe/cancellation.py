"""The end of the task `transcribe` before its Batch job has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transcription.contract.errors import RunCancelled

if TYPE_CHECKING:
    from airflow.sdk import Context

    from transcription.transcribe.job_series import JobSeries

#: States of the task in Airflow after which no attempt follows. A cleared task has the state restarting or queued, and
#: a task whose worker shuts down has the state running.
_ENDED = ("deleted", "failed", "success", "skipped", "removed")


class TaskInterrupted(Exception):
    """Raised when Airflow wants the task to end."""


def end_job_if_cancelled(jobs: JobSeries, context: Context) -> Exception:
    """End the run's job if a person ended the task for good; otherwise leave the job for the task's next attempt.

    Args:
        jobs: the jobs of the run.
        context: the context of the task.

    Returns:
        The exception that the caller has to raise: `RunCancelled` if the job was ended, otherwise `TaskInterrupted`.
    """
    ti: Any = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id])
    # Airflow has no state for the task of a run that was deleted.
    state = states.get(ti.run_id, {}).get(ti.task_id, "deleted")
    if state in _ENDED:
        jobs.end(f"The task was ended in Airflow ({state})")
        return RunCancelled(f"The task was ended in Airflow ({state}), and its Batch job with it.")
    return TaskInterrupted(
        f"This attempt was ended ({state}). The Batch job continues, and the next attempt waits for it."
    )
