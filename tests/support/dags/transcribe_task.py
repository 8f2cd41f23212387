"""Functions that run attempts of the task `transcribe`, read its jobs, and act while the task waits."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN
from tests.support.dags.container_transcripts import Container
from transcription.contract.manifest import Plan
from transcription.contract.run_keys import RunKeys
from transcription.shared import batch_job, manifest_store
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.job_record import Job
from transcription.transcribe.transcribe_operator import TranscribeOperator

JOB_NAME = batch_job.job_name(RUN)
#: The code of a job whose children all fail, and of a job in which only the second child fails.
FAILS = "raise SystemExit(3)"
SECOND_FAILS = "import os; raise SystemExit(3 * int(os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1'))"


def make_task(deployment: AirflowDeployment) -> TranscribeOperator:
    """Create the operator with the deployment's queue and job definition."""
    settings = deployment.settings
    return TranscribeOperator(
        task_id="transcribe", job_queue=settings.job_queue, job_definition=settings.job_definition
    )


def execute(deployment: AirflowDeployment, ti: TaskInstance | None = None) -> str | None:
    """Run the task `transcribe` once, as one try of Airflow does.

    Args:
        deployment: the bucket, the queue and the configuration.
        ti: the task instance; `None` creates a new one.

    Returns:
        The return value of the task: the id of the job, or `None` if no file needs a job.
    """
    job_id: str | None = make_task(deployment).execute(make_context(ti))
    return job_id


def submit(deployment: AirflowDeployment, plan: Plan) -> str:
    """Submit the plan's job, as an earlier attempt of the task did.

    Returns:
        The job's id.
    """
    parameters = {"run": plan.run, "draft": plan.draft}
    definition = deployment.settings.job_definition
    return BatchQueue(deployment.queue.queue).submit(JOB_NAME, definition, plan.shards, parameters, set())


def submitted(deployment: AirflowDeployment) -> list[str]:
    """Return the ids of the run's jobs, the newest first."""
    return [job["jobId"] for job in BatchQueue(deployment.queue.queue).jobs(JOB_NAME)]


def job_record(deployment: AirflowDeployment) -> Job:
    """Return the record of the run's newest job."""
    return deployment.bucket.read_record(Job, RunKeys(RUN).job)


def commit(deployment: AirflowDeployment, container: Container, plan: Plan, *numbers: int) -> None:
    """Write the transcripts and the result record of each file of the plan with one of these numbers."""
    for item in manifest_store.read_items(deployment.bucket, plan):
        if item.number in numbers:
            container.transcribe(deployment.bucket, plan, item)


def while_waiting(interruption: Impatient, action: Callable[[], object]) -> None:
    """Call `action` each time the task waits after a poll of its job. Signal handlers run at this time, too."""

    def wait(timeout: float | None = None) -> bool:
        action()
        return Impatient.wait(interruption, timeout)

    interruption.wait = wait  # type: ignore[method-assign]


def kill_while_waiting(interruption: Impatient, task: TranscribeOperator) -> None:
    """Call `on_kill` when the task waits for its job. Fail the test if the task waits again afterwards."""
    calls: list[None] = []

    def kill() -> None:
        assert not calls, "the task still waits after on_kill"
        calls.append(None)
        task.on_kill()

    while_waiting(interruption, kill)
