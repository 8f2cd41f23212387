"""The tasks of the DAG one after another: what each finds of the one before, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, TaskInstance, waits_for
from tests.support.dags.bucket_objects import RUN, RUN_ID, content, freeze, upload, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.dags.dag_tasks import FLOW, run_task
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys
from transcription.contract.manifest import Item
from transcription.contract.options import FORMATS, Options
from transcription.contract.run_keys import RunKeys
from transcription.report.run_report import Report
from transcription.shared import batch_job, manifest_store, task_links
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.run_lease import Lease, RunLease
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException


@pytest.fixture
def run(deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run one task; return what it returns. Keyword arguments are values of the trigger form."""

    def run(name: str, **options: Any) -> Any:
        returned, _ = run_task(name, monkeypatch, **options)
        return returned

    return run


def test_a_whole_run_from_plan_to_report(
    run: Callable[..., Any],
    deployment: AirflowDeployment,
    container: Container,
    aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bucket = deployment.bucket
    for name in ("speech", "silence", "broken"):
        upload(bucket, f"input/{name}.wav", name.encode())
    deployment.define("pass")
    assert run("plan", formats=["vtt"]) == {"run": RUN, "files": 3, "shards": 1, "done": 0}
    job_id = run("transcribe")
    plan = manifest_store.read_plan(bucket, RUN)
    assert plan.options == Options(formats=("vtt",))
    for item in manifest_store.read_items(bucket, plan):
        container.transcribe(bucket, plan, item, like=item.key.removeprefix("input/").removesuffix(".wav"))
    run("verify_transcripts")
    run("move_to_processed")
    _, ti = run_task("report", monkeypatch)
    assert set(content(bucket, "input/")) == set()
    assert {key: data for key, data in content(bucket).items() if key.startswith(("processed/", "failed/"))} == {
        "processed/speech.wav": b"speech",
        "processed/silence.wav": b"silence",
        "failed/broken.wav": b"broken",
        "failed/broken.wav.error.json": bucket.read("failed/broken.wav.error.json"),
    }
    report = bucket.read_record(Report, RunKeys(RUN).report)
    assert (report.transcribed, report.failed, report.missing) == (2, 1, 0)
    assert task_links.REPORT_LINK.xcom_key in ti.xcoms
    assert aws.control("GET", "/_calls")["batch"]["SubmitJob"] == 1
    assert deployment.queue.describe(job_id)["status"] == batch_job.JOB_SUCCEEDED


def test_a_frozen_plan_is_kept(run: Callable[..., Any], deployment: AirflowDeployment) -> None:
    """A cleared task must not plan anything other than what the children already do."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav")
    freeze(deployment.bucket, items[:1], options=Options(formats=FORMATS))
    upload(deployment.bucket, "input/late.wav")
    assert run("plan", beam_width=7, model="nowhere") == {"run": RUN, "files": 1, "shards": 1, "done": 0}
    assert deployment.calls("batch") == {}


def test_audio_that_is_gone_when_it_is_planned_is_a_skip(
    run: Callable[..., Any], deployment: AirflowDeployment
) -> None:
    with pytest.raises(AirflowSkipException):
        run("plan")
    assert list(content(deployment.bucket, "runs/")) == []


@pytest.mark.parametrize(
    ("chosen", "code"), [({"model": "nowhere"}, "MODEL_MISSING"), ({"hot_words": ["sonata"]}, "OPTION_INVALID")]
)
def test_an_impossible_option_is_an_error_before_anything_starts(
    run: Callable[..., Any], deployment: AirflowDeployment, chosen: dict[str, Any], code: str
) -> None:
    upload(deployment.bucket, "input/a.wav")
    with pytest.raises(AirflowFailException, match=rf"\[{code}\]"):
        run("plan", **chosen)
    assert list(content(deployment.bucket, "runs/")) == []
    assert "SubmitJob" not in deployment.calls("batch")


def test_a_backfill_is_refused_before_it_ends_another_runs_job(
    run: Callable[..., Any], deployment: AirflowDeployment
) -> None:
    upload(deployment.bucket, "input/a.wav")
    with pytest.raises(AirflowFailException, match=r"OPTION_INVALID.*backfill"):
        run("plan", run_type="backfill")
    assert deployment.aws.control("GET", "/_calls").get("batch", {}) == {}


def test_a_backfill_is_refused_also_if_its_run_was_planned_before(
    run: Callable[..., Any], deployment: AirflowDeployment
) -> None:
    """A backfill that processes finished runs again clears them, and Airflow does not count it as an active run."""
    freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))
    with pytest.raises(AirflowFailException, match=r"OPTION_INVALID.*backfill"):
        run("plan", run_type="backfill")
    assert deployment.bucket.read(keys.LEASE) is None


@pytest.fixture
def other_run(deployment: AirflowDeployment, gate: Path) -> Iterator[tuple[TaskInstance, str]]:
    """A run that has the lease and a job at work: its task instance, and the id of the job."""
    other = TaskInstance(run_id="other")
    RunLease(deployment.bucket, other, "other-name").take()
    name = batch_job.job_name("other-name")
    definition = deployment.define(waits_for(gate))
    job_id = BatchQueue(deployment.queue.queue).submit(name, definition, 1, {}, set())
    yield other, job_id
    gate.touch()
    assert deployment.queue.ends(job_id)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_run_beside_another_one_is_refused_before_it_changes_anything(
    run: Callable[..., Any],
    deployment: AirflowDeployment,
    other_run: tuple[TaskInstance, str],
    is_planned: bool,
) -> None:
    items = upload_all(deployment.bucket, "input/a.wav")
    if is_planned:
        freeze(deployment.bucket, items)
    before, calls = content(deployment.bucket), deployment.calls("batch")
    states = {("transcribe_audio", "other"): "running"}
    with pytest.raises(AirflowFailException, match=r"RUN_BUSY.*'other'"):
        run("plan", ti=TaskInstance(task_id="plan", runs=states))
    if is_planned:
        with pytest.raises(AirflowFailException, match=r"RUN_BUSY.*'other'"):
            run("transcribe", ti=TaskInstance(task_id="transcribe", runs=states))
    assert content(deployment.bucket) == before
    assert deployment.calls("batch") == calls


def test_a_dry_run_beside_another_run_plans_without_the_lease(
    run: Callable[..., Any], deployment: AirflowDeployment, other_run: tuple[TaskInstance, str]
) -> None:
    upload(deployment.bucket, "input/a.wav")
    states = {("transcribe_audio", "other"): "running"}
    assert run("plan", dry_run=True, ti=TaskInstance(task_id="plan", runs=states))["files"] == 1
    assert deployment.bucket.read_record(Lease, keys.LEASE).run_id == "other"


def test_a_run_has_the_lease_until_its_report(
    run: Callable[..., Any], deployment: AirflowDeployment, container: Container
) -> None:
    bucket = deployment.bucket
    upload(bucket, "input/a.wav")
    deployment.define("pass")
    holders = []
    for name in FLOW[1:]:
        run(name)
        lease = bucket.find_record(Lease, keys.LEASE)
        holders.append(lease and lease.task)
        if name == "transcribe":
            (item,) = manifest_store.read_items(bucket, manifest_store.read_plan(bucket, RUN))
            container.transcribe(bucket, manifest_store.read_plan(bucket, RUN), item)
    assert holders == ["plan", "transcribe", "transcribe", "transcribe", None]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_job_that_another_run_left_is_ended_but_not_by_a_dry_run(
    run: Callable[..., Any], deployment: AirflowDeployment, gate: Path, dry_run: bool
) -> None:
    upload(deployment.bucket, "input/a.wav")
    definition = deployment.define(waits_for(gate))
    name = batch_job.job_name("manual-yesterday")
    job_id = BatchQueue(deployment.queue.queue).submit(name, definition, 1, {}, set())
    deployment.queue.reaches(job_id, "RUNNING")
    run("plan", dry_run=dry_run)
    assert batch_job.is_over(deployment.queue.describe(job_id)) is not dry_run
    gate.touch()
    deployment.queue.ends(job_id)


def test_a_dry_run_ends_after_its_plan(run: Callable[..., Any], deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, "input/a.wav")
    assert run("plan", dry_run=True)["files"] == 1
    with pytest.raises(AirflowSkipException):
        run("transcribe")
    assert deployment.calls("batch") == {}
    assert list(content(deployment.bucket, "input/")) == ["input/a.wav"]


@pytest.mark.parametrize("state", ["failed", "upstream_failed"])
def test_verification_is_skipped_if_the_plan_failed(
    run: Callable[..., Any], deployment: AirflowDeployment, state: str
) -> None:
    """One red task says what is wrong. A second one would hide it."""
    with pytest.raises(AirflowSkipException, match="not planned"):
        run("verify_transcripts", ti=TaskInstance(task_id="verify_transcripts", plan_state=state))
    assert deployment.calls("s3") == {}


def test_verification_without_a_plan_names_the_task_to_look_at(run: Callable[..., Any]) -> None:
    with pytest.raises(AirflowFailException, match=r"MANIFEST_MISSING.*first red task"):
        run("verify_transcripts")


def test_moving_without_verification_names_the_task_to_clear(
    run: Callable[..., Any], deployment: AirflowDeployment
) -> None:
    freeze(deployment.bucket, (Item(0, "input/a.wav", "etag", 1),))
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*verdicts/00000\.json.*Clear"):
        run("move_to_processed")


def test_what_the_plan_stores_in_airflow_is_small(run: Callable[..., Any], deployment: AirflowDeployment) -> None:
    upload_all(deployment.bucket, *(f"input/{'x' * 500}{number}.wav" for number in range(20)))
    assert len(json.dumps(run("plan"))) < 300
    assert RUN_ID not in content(deployment.bucket, "runs/")
