"""The task `transcribe`: whatever is pressed, and whatever breaks, no audio is paid for twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from tests.support.dags.airflow_deployment import Deployment, Impatient, TaskInstance, make_context, resists, waits_for
from tests.support.dags.bucket_objects import RUN, RUN_ID, content, freeze, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import wait_for
from transcription.contract.errors import JobFailed, RunCancelled
from transcription.contract.keys import RunKeys, run_name
from transcription.contract.manifest import Plan, Shard
from transcription.shared import batch_client, batch_job, manifest_store, task_links
from transcription.shared.batch_client import Batch
from transcription.shared.batch_job import FailedChild, Job
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException
from transcription.transcribe.job_poller import Interrupted
from transcription.transcribe.transcribe_operator import TranscribeOperator

NAME = batch_job.name_of(RUN)
FAILS = "raise SystemExit(3)"
SECOND_FAILS = "import os; raise SystemExit(3 * int(os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1'))"


@pytest.fixture(autouse=True)
def interruption(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    """What the signal handler sets; each task has a process of its own, and the tests share one."""
    interruption = Impatient()
    monkeypatch.setattr(TranscribeOperator, "_interrupted", interruption)
    return interruption


@pytest.fixture
def small(deployment: Deployment) -> Plan:
    """One file for one child."""
    return freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))


@pytest.fixture
def plan(deployment: Deployment) -> Plan:
    """Three files for two children."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    return freeze(deployment.bucket, items[:2], items[2:])


def make_task(deployment: Deployment) -> TranscribeOperator:
    settings = deployment.settings
    return TranscribeOperator(
        task_id="transcribe", job_queue=settings.job_queue, job_definition=settings.job_definition
    )


def execute(deployment: Deployment, ti: TaskInstance | None = None) -> str | None:
    """One attempt at the task."""
    job_id: str | None = make_task(deployment).execute(make_context(ti))
    return job_id


def submit(deployment: Deployment, plan: Plan) -> str:
    """What an earlier attempt at the task did."""
    parameters = {"run": plan.run, "draft": plan.draft}
    definition = deployment.settings.job_definition
    return Batch(deployment.queue.queue).submit(NAME, definition, plan.shards, parameters, set())


def submitted(deployment: Deployment) -> list[str]:
    """The ids of the run's jobs, the newest first."""
    return [each["jobId"] for each in Batch(deployment.queue.queue).jobs(NAME)]


def record(deployment: Deployment) -> Job:
    return deployment.bucket.read_record(Job, RunKeys(RUN).job)


def commit(deployment: Deployment, container: Container, plan: Plan, *numbers: int) -> None:
    """Let the container have done files."""
    for item in manifest_store.read_items(deployment.bucket, plan):
        if item.number in numbers:
            container.transcribe(deployment.bucket, plan, item)


def while_waiting(interruption: Impatient, action: Callable[[], object]) -> None:
    """What happens each time the task has looked at its job and waits; a signal handler runs then, too."""

    def wait(timeout: float | None = None) -> bool:
        action()
        return Impatient.wait(interruption, timeout)

    interruption.wait = wait  # type: ignore[method-assign]


def test_a_run_is_one_array_job_of_a_child_for_each_shard(deployment: Deployment, plan: Plan) -> None:
    deployment.define("import sys; print(*sys.argv[1:])")
    job_id = execute(deployment)
    assert job_id
    found = deployment.queue.describe(job_id)
    assert (found["jobName"], found["status"], batch_job.size(found)) == (NAME, batch_job.SUCCEEDED, 2)
    assert found["parameters"] == {"run": plan.run, "draft": plan.draft}
    assert submitted(deployment) == [job_id]


def test_one_shard_is_a_plain_job(deployment: Deployment) -> None:
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))
    deployment.define("pass")
    job_id = execute(deployment)
    assert job_id
    assert "arrayProperties" not in deployment.queue.describe(job_id)


def test_a_run_with_nothing_left_to_transcribe_starts_nothing(deployment: Deployment) -> None:
    freeze(deployment.bucket, done=upload_all(deployment.bucket, "input/a.wav"))
    assert execute(deployment) is None
    assert deployment.calls("batch") == {}


def test_a_dry_run_starts_nothing_and_is_skipped(deployment: Deployment) -> None:
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"), dry_run=True)
    with pytest.raises(AirflowSkipException):
        execute(deployment)
    assert deployment.calls("batch") == {}


def test_a_run_without_a_plan_starts_nothing_and_says_why(deployment: Deployment) -> None:
    with pytest.raises(AirflowFailException, match="MANIFEST_MISSING"):
        execute(deployment)
    assert deployment.calls("batch") == {}


@pytest.mark.usefixtures("plan")
def test_the_record_tells_what_the_job_was_and_took(deployment: Deployment) -> None:
    deployment.define("import time; time.sleep(0.3)")
    job_id = execute(deployment)
    found = record(deployment)
    assert found == Job(RUN, job_id or "", NAME, batch_job.SUCCEEDED, 1, found.vcpu_hours)
    assert 0.6 <= found.vcpu_hours * 3600 < 20


@pytest.mark.usefixtures("small")
def test_the_record_counts_what_spot_took_away(deployment: Deployment) -> None:
    deployment.aws.order(kind="spot_reclaim", attempt=1, after_seconds=0.8)
    rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    first = "import os, time; time.sleep(60 * (os.environ['AWS_BATCH_JOB_ATTEMPT'] == '1'))"
    deployment.define(first, retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    execute(deployment)
    assert record(deployment).vcpu_hours * 3600 >= 0.8


@pytest.mark.usefixtures("plan")
def test_while_the_job_runs_its_record_and_its_buttons_are_there(
    deployment: Deployment, gate: Path, interruption: Impatient
) -> None:
    deployment.define(waits_for(gate))
    ti = TaskInstance()
    seen: list[tuple[Job, dict[str, Any]]] = []

    def look() -> None:
        seen.append((record(deployment), dict(ti.xcoms)))
        gate.touch()

    while_waiting(interruption, look)
    job_id = execute(deployment, ti)
    before, buttons = seen[0]
    assert (before.job_id, before.status, before.jobs, before.vcpu_hours) == (job_id, "SUBMITTED", 1, 0.0)
    assert set(buttons) == {task_links.TRANSCRIPTS.xcom_key, task_links.JOB.xcom_key}


def test_a_retry_finds_the_job_that_runs(
    deployment: Deployment, small: Plan, gate: Path, interruption: Impatient
) -> None:
    """Each attempt used to submit again: the audio was transcribed and paid for once for each."""
    deployment.define(waits_for(gate))
    earlier = submit(deployment, small)
    while_waiting(interruption, gate.touch)
    assert execute(deployment) == earlier
    assert submitted(deployment) == [earlier]


def test_a_task_that_is_cleared_after_success_finds_its_job(deployment: Deployment, small: Plan) -> None:
    deployment.define("pass")
    first = execute(deployment)
    before = content(deployment.bucket, "runs/")
    assert execute(deployment) == first
    assert submitted(deployment) == [first]
    assert content(deployment.bucket, "runs/") == before
    assert manifest_store.read_plan(deployment.bucket, RUN) == small


@pytest.mark.usefixtures("plan")
def test_a_lost_answer_to_a_submission_is_no_second_job(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_client, "wait_random_exponential", lambda **_: wait_none())
    deployment.define("pass")
    deployment.aws.order(kind="lose_answer", action="SubmitJob", times=1)
    job_id = execute(deployment)
    assert submitted(deployment) == [job_id]


@pytest.mark.usefixtures("plan")
def test_a_failed_child_is_named_with_its_reason_and_its_log(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.define(SECOND_FAILS)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException) as caught:
        execute(deployment, ti)
    (job_id,) = submitted(deployment)
    assert isinstance(caught.value.__cause__, JobFailed)
    assert "[JOB_FAILED] 1 of 2 Batch children failed" in str(caught.value)
    assert f"{job_id}:1: Essential container in task exited, exit code 3" in str(caught.value)
    assert "clear this task" in str(caught.value)
    (failed,) = record(deployment).failed
    assert (failed.job_id, failed.reason) == (f"{job_id}:1", "Essential container in task exited, exit code 3")
    assert "log-events" in failed.log
    assert f"{failed.job_id} failed: {failed.reason}. Log: {failed.log}" in capsys.readouterr().out
    assert record(deployment).status == batch_job.FAILED
    assert ti.xcoms[task_links.LOGS[0].xcom_key] == failed.log
    assert ti.xcoms[task_links.FAILED.xcom_key].endswith(f"/{RunKeys(RUN).job}")
    assert task_links.LOGS[1].xcom_key not in ti.xcoms


def test_after_a_failure_only_what_is_missing_is_submitted_again(
    deployment: Deployment, plan: Plan, container: Container
) -> None:
    deployment.define(SECOND_FAILS)
    with pytest.raises(AirflowFailException):
        execute(deployment)
    first = record(deployment)
    commit(deployment, container, plan, 0, 1)
    deployment.define("import time; time.sleep(0.3)")
    job_id = execute(deployment)
    assert submitted(deployment) == [job_id, first.job_id]
    second = deployment.queue.describe(job_id or "")
    draft = second["parameters"]["draft"]
    assert (batch_job.size(second), draft != plan.draft) == (1, True)
    shard = deployment.bucket.read_record(Shard, RunKeys(RUN).shard(draft, 0))
    assert [item.key for item in shard.items] == ["input/c.wav"]
    assert manifest_store.read_plan(deployment.bucket, RUN) == plan
    found = record(deployment)
    assert (found.job_id, found.status, found.jobs, found.failed) == (job_id, batch_job.SUCCEEDED, 2, ())
    assert found.vcpu_hours > first.vcpu_hours > 0


def test_a_failure_that_nobody_was_told_of_is_told_and_not_tried_again(deployment: Deployment, plan: Plan) -> None:
    """The task was killed while its job failed; Airflow's retry would pay for the same failure once more."""
    deployment.define(SECOND_FAILS)
    job_id = submit(deployment, plan)
    deployment.queue.ends(job_id)
    with pytest.raises(AirflowFailException, match="JOB_FAILED"):
        execute(deployment)
    assert submitted(deployment) == [job_id]
    assert record(deployment).status == batch_job.FAILED


def test_after_a_failure_that_left_nothing_missing_nothing_is_submitted_again(
    deployment: Deployment, plan: Plan, container: Container
) -> None:
    deployment.define(FAILS)
    with pytest.raises(AirflowFailException):
        execute(deployment)
    commit(deployment, container, plan, 0, 1, 2)
    assert execute(deployment) is None
    assert len(submitted(deployment)) == 1


def test_a_job_that_is_being_ended_is_waited_for_before_another_follows(
    deployment: Deployment, plan: Plan, gate: Path
) -> None:
    """Its containers may still write transcripts, and two at the same file would be paid for twice."""
    deployment.define(resists(1, gate))
    first = submit(deployment, plan)
    for child in "01":
        wait_for(Path(f"{gate}{child}").exists, f"child {child}")
    Batch(deployment.queue.queue).end(first, "cleared")
    assert not batch_job.is_over(deployment.queue.describe(first))
    deployment.define("pass")
    second = execute(deployment)
    assert submitted(deployment) == [second, first]
    ended = [deployment.queue.describe(f"{first}:{index}")["stoppedAt"] for index in range(2)]
    assert deployment.queue.describe(second or "")["createdAt"] >= max(ended)


@pytest.mark.usefixtures("plan")
def test_a_job_that_never_starts_is_ended_and_says_why(deployment: Deployment) -> None:
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", reason="MISCONFIGURATION:NO_ROOM")
    deployment.define("pass")
    with pytest.raises(AirflowFailException, match=r"JOB_STUCK.*MISCONFIGURATION:NO_ROOM"):
        execute(deployment)
    (job_id,) = submitted(deployment)
    assert deployment.queue.ends(job_id)["status"] == batch_job.FAILED


def test_a_job_that_is_being_ended_and_never_is_names_itself(
    deployment: Deployment, small: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that finds it has submitted no job of its own; it asked Batch for the job "None" for a minute."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck")
    deployment.define("pass")
    job_id = submit(deployment, small)
    monkeypatch.setattr(batch_job, "is_ending", lambda _: True)  # the local Batch ends at once what has not started
    with pytest.raises(AirflowFailException, match=rf"JOB_STUCK.*{job_id}"):
        execute(deployment)
    assert (record(deployment).job_id, record(deployment).status) == (job_id, batch_job.FAILED)


@pytest.mark.usefixtures("plan")
def test_what_ran_of_a_job_of_which_the_rest_never_started_is_recorded(deployment: Deployment) -> None:
    """It was paid for."""
    deployment.configure(start_limit_minutes=0.01)
    deployment.aws.order(kind="stuck", child=1)
    deployment.define("import time; time.sleep(0.3)")
    with pytest.raises(AirflowFailException, match="JOB_STUCK"):
        execute(deployment)
    assert record(deployment).status == batch_job.FAILED
    assert record(deployment).vcpu_hours > 0


@pytest.mark.usefixtures("plan")
def test_a_job_definition_that_is_not_there_is_red_at_once(deployment: Deployment) -> None:
    """Trying again cannot help."""
    with pytest.raises(AirflowFailException, match=r"\[JOB_REFUSED\].*no-such-definition"):
        execute(deployment)


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "removed", "deleted"])
def test_a_task_that_somebody_ended_for_good_ends_its_job(
    deployment: Deployment, small: Plan, gate: Path, interruption: Impatient, state: str
) -> None:
    """Mark failed, mark success, delete the run: the job used to go on, and cost."""
    deployment.define(waits_for(gate))
    job_id = submit(deployment, small)
    deployment.queue.reaches(job_id, "RUNNING")
    task = make_task(deployment)
    while_waiting(interruption, task.on_kill)
    with pytest.raises(AirflowFailException, match="RUN_CANCELLED") as caught:
        task.execute(make_context(TaskInstance(state=state)))
    assert isinstance(caught.value.__cause__, RunCancelled)
    ended = deployment.queue.ends(job_id)
    assert (ended["status"], ended["statusReason"]) == ("FAILED", f"The task was ended in Airflow ({state})")
    assert len(submitted(deployment)) == 1


@pytest.mark.parametrize("state", ["running", "restarting", "queued", "scheduled", "up_for_retry", None])
def test_a_task_that_goes_on_elsewhere_leaves_its_job_and_finds_it_again(
    deployment: Deployment, small: Plan, gate: Path, interruption: Impatient, state: str | None
) -> None:
    """Cleared while it runs, or its worker is shut down: ended, the job would be paid for twice."""
    deployment.define(waits_for(gate))
    job_id = submit(deployment, small)
    deployment.queue.reaches(job_id, "RUNNING")
    task = make_task(deployment)
    while_waiting(interruption, task.on_kill)
    with pytest.raises(Interrupted, match="the next attempt finds it"):
        task.execute(make_context(TaskInstance(state=state)))
    assert "TerminateJob" not in deployment.calls("batch")
    assert not batch_job.is_ending(deployment.queue.describe(job_id))
    gate.touch()
    interruption.clear()
    while_waiting(interruption, lambda: None)
    assert execute(deployment) == job_id
    assert submitted(deployment) == [job_id]


def test_a_task_that_is_ended_before_it_submitted_anything_ends_nothing(
    deployment: Deployment, small: Plan, interruption: Impatient
) -> None:
    deployment.define("pass")
    interruption.set()
    with pytest.raises(AirflowFailException, match="RUN_CANCELLED"):
        execute(deployment, TaskInstance(state="failed"))
    for each in submitted(deployment):
        assert deployment.queue.ends(each)


@pytest.fixture
def tell_failures(deployment: Deployment) -> Callable[[int], tuple[str, TaskInstance]]:
    """What the task says when all of so many children failed without a log."""

    def tell(children: int) -> tuple[str, TaskInstance]:
        items = upload_all(deployment.bucket, *(f"input/{number:03d}.wav" for number in range(children)))
        freeze(deployment.bucket, *((item,) for item in items))
        deployment.define(FAILS)
        deployment.aws.order(kind="image_pull")
        ti = TaskInstance()
        with pytest.raises(AirflowFailException) as caught:
            execute(deployment, ti)
        return str(caught.value), ti

    return tell


def test_many_failures_are_an_error_of_a_few_lines_and_a_record_of_all(
    deployment: Deployment, tell_failures: Callable[[int], tuple[str, TaskInstance]]
) -> None:
    message, _ = tell_failures(12)
    assert "12 of 12 Batch children failed" in message
    assert message.count("CannotPullContainerError") == 5
    assert "… and 7 more" in message
    assert len(record(deployment).failed) == 12


def test_a_child_that_never_started_has_no_button_and_says_so(
    deployment: Deployment, tell_failures: Callable[[int], tuple[str, TaskInstance]], capsys: pytest.CaptureFixture[str]
) -> None:
    message, ti = tell_failures(1)
    assert "more" not in message.split("Their logs")[0]
    assert not {link.xcom_key for link in task_links.LOGS} & ti.xcoms.keys()
    assert task_links.FAILED.xcom_key in ti.xcoms
    assert "Log: it did not start" in capsys.readouterr().out
    (failed,) = record(deployment).failed
    assert failed == FailedChild(failed.job_id, failed.reason, "")


def test_the_first_failed_children_have_a_button_each(deployment: Deployment) -> None:
    items = upload_all(deployment.bucket, *(f"input/{number}.wav" for number in range(7)))
    freeze(deployment.bucket, *((item,) for item in items))
    deployment.define(FAILS)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException):
        execute(deployment, ti)
    logs = [ti.xcoms[link.xcom_key] for link in task_links.LOGS]
    assert len(set(logs)) == len(logs) == task_links.FAILED_CHILDREN < 7
    assert set(logs) < {each.log for each in record(deployment).failed}


def buttons(task: TranscribeOperator) -> dict[str, str]:
    """What Airflow stores when the task ends."""
    return {link.name: link.get_link(task, ti_key=None) for link in task.operator_extra_links}  # type: ignore[arg-type]


def test_buttons_are_still_there_when_the_task_has_ended(deployment: Deployment, small: Plan) -> None:
    """Airflow asks for all of them at the end, and an empty answer takes a button away."""
    deployment.define("pass")
    task, ti = make_task(deployment), TaskInstance()
    job_id = task.execute(make_context(ti))
    found = buttons(task)
    assert found["Transcripts"] == f"{deployment.aws.endpoint}/{deployment.bucket.name}?prefix=output%2F"
    assert found["Batch job"].endswith(f"#jobs/detail/{job_id}")
    assert {name for name, address in found.items() if address} == {"Transcripts", "Batch job"}
    assert {link.xcom_key: found[link.name] for link in (task_links.TRANSCRIPTS, task_links.JOB)} == ti.xcoms
    assert small.prefix == ""


def test_the_button_for_transcripts_leads_to_those_that_were_asked_for(deployment: Deployment) -> None:
    freeze(deployment.bucket, done=upload_all(deployment.bucket, "input/x/a.wav"), prefix="x/")
    ti = TaskInstance()
    execute(deployment, ti)
    assert ti.xcoms[task_links.TRANSCRIPTS.xcom_key].endswith("?prefix=output%2Fx%2F")


def test_no_button_of_the_provider_is_left() -> None:
    """They know nothing of array jobs, and read from where nothing is written."""
    names: Sequence[str] = [link.name for link in TranscribeOperator.operator_extra_links]
    assert names == ["Transcripts", "Batch job", "Failed children", *(f"Log of failed child {n}" for n in range(1, 6))]


def test_another_run_has_another_job(deployment: Deployment) -> None:
    deployment.define("pass")
    jobs = set()
    for run_id in (RUN_ID, RUN_ID.replace("2026", "2027")):
        freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"), run=run_name(run_id))
        jobs.add(execute(deployment, TaskInstance(run_id=run_id)))
    assert len(jobs) == 2
