"""The DAG as Airflow loads it: what people see in the UI, what keeps a quiet night free, and how its tasks meet."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from copy import copy, deepcopy
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from airflow.sdk import Asset
from airflow.sdk.definitions.param import ParamsDict
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import TimeRestriction
from botocore.exceptions import ClientError

import transcribe_audio
from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient, TaskInstance, make_context, waits_for
from tests.support.dags.bucket_objects import RUN, RUN_ID, content, freeze, upload, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import LocalAws
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Item
from transcription.contract.options import FORMATS, Options
from transcription.plan.request_reader import read_request
from transcription.plan.trigger_form import PARAMS
from transcription.report.run_report import Report
from transcription.shared import batch_job, manifest_store, task_links
from transcription.shared.batch_queue import BatchQueue
from transcription.shared.settings import Settings
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException
from transcription.transcribe.transcribe_operator import TranscribeOperator

DAGS = Path(__file__).resolve().parents[2] / "dags"
FLOW = ["wait_for_audio", "plan", "transcribe", "verify_transcripts", "move_to_processed", "report"]


@pytest.fixture
def dag() -> Any:
    return transcribe_audio.dag_of_transcription


def load(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Any:
    """The DAG as Airflow loads it where these settings are in force."""
    for name, value in settings.items():
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{name.upper()}", value)
    return runpy.run_path(str(DAGS / "transcribe_audio.py"))["dag_of_transcription"]


def test_the_flow_is_the_one_of_the_readme(dag: Any) -> None:
    order = [dag.get_task(name) for name in FLOW]
    assert set(dag.task_ids) == set(FLOW)
    for earlier, later in pairwise(order):
        assert later.upstream_task_ids == {earlier.task_id}


def test_what_a_failed_job_did_finish_is_kept_and_a_failed_move_is_not_reported_as_done(dag: Any) -> None:
    rules = {name: dag.get_task(name).trigger_rule for name in FLOW}
    assert rules.pop("verify_transcripts") == "none_skipped"
    assert set(rules.values()) == {"all_success"}


def test_it_runs_at_one_at_night_utc_once_and_never_twice_at_a_time(dag: Any) -> None:
    timetable = coerce_to_core_timetable(dag.timetable)
    now = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    # New at five past one, it waits for the next night; with a start date or by default Airflow would begin at once.
    with time_machine.travel(now, tick=False):
        first = timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup),
        )
    assert first.run_after == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert dag.max_active_runs == 1


def test_a_task_that_lost_its_worker_tries_again(dag: Any) -> None:
    """The one that waits for hours loses more of them."""
    retries = {name: dag.get_task(name).retries for name in FLOW}
    assert retries.pop("transcribe") == 10
    assert set(retries.values()) == {2}


def test_people_find_an_explanation_of_every_task_in_the_ui(dag: Any) -> None:
    assert all(f"| `{name}` |" in dag.doc_md for name in FLOW)


def test_every_field_of_the_form_explains_itself_and_may_be_left_as_it_is(dag: Any) -> None:
    assert set(dag.params) == set(PARAMS)
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.schema["title"]
        assert param.description
        assert param.value is None or isinstance(param.value, bool)
        assert isinstance(param.value, bool) or "null" in param.schema["type"]


def test_the_example_in_the_explanation_names_every_field_and_works(dag: Any) -> None:
    (example,) = re.findall(r"`(\{\"prefix\".*?\})`", dag.doc_md, re.DOTALL)
    chosen = json.loads(example)
    assert set(chosen) == set(dag.params)
    params = ParamsDict(deepcopy(PARAMS))
    params.update(chosen)
    request = read_request(params.validate(), Settings("bucket", "queue", "definition"))
    assert (request.prefix, request.options.model) == (chosen["prefix"], chosen["model"])


def test_alerts_are_set_up_only_where_somebody_is_to_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def callbacks(dag: Any) -> tuple[int, int]:
        red = dag.on_failure_callback or []
        report = dag.get_task("report").on_success_callback or []
        return len(red if isinstance(red, list) else [red]), len(report if isinstance(report, list) else [report])

    assert callbacks(load(monkeypatch)) == (0, 0)
    assert callbacks(load(monkeypatch, alert_topic="arn:aws:sns:us-east-1:1:t")) == (1, 0)
    assert callbacks(load(monkeypatch, daily_summary="true")) == (1, 1)


def test_others_can_follow_the_transcripts_before_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    (asset,) = load(monkeypatch, bucket="recordings").get_task("report").outlets
    assert asset == Asset("s3://recordings/output/")  # as the explanation tells them to write it


def test_loading_the_dag_needs_no_network_and_no_deployment() -> None:
    """It used to call AWS at import: a slip there takes the DAG out of the UI."""
    block = "import socket\ndef no(*a, **k): raise OSError('network')\nsocket.socket.connect = no\n"
    code = f"{block}import transcribe_audio"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW__TR"))}
    environment["PYTHONPATH"] = str(DAGS)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def params(**chosen: Any) -> dict[str, Any]:
    return {**{name: param.value for name, param in PARAMS.items()}, **chosen}


def sense(dag: Any, **chosen: Any) -> None:
    """Run `wait_for_audio`, its templates filled in as Airflow does."""
    sensor = copy(dag.get_task("wait_for_audio"))
    context = make_context(TaskInstance(task_id="wait_for_audio"), **params(**chosen))
    sensor.render_template_fields(context)
    sensor.execute(context)


def test_no_audio_is_a_skip_that_costs_one_listing(dag: Any, deployment: AirflowDeployment) -> None:
    """The console's folder marker, or a folder whose name only begins like ours, used to start a job every night."""
    for key in ("input/", "input/notes.txt", "input/a.wave", "input-old/z.wav"):
        upload(deployment.bucket, key)
    deployment.aws.control("DELETE", "/_calls")
    with pytest.raises(AirflowSkipException):
        sense(dag)
    assert deployment.aws.control("GET", "/_calls") == {"s3": {"LIST input/": 1}}


@pytest.mark.parametrize("key", ["input/a.wav", "input/x/y/a b#1.WAV", "input/.Wav"])
def test_audio_is_found_whatever_its_name(dag: Any, deployment: AirflowDeployment, key: str) -> None:
    upload(deployment.bucket, key)
    sense(dag)


@pytest.mark.parametrize("prefix", ["x/", "input/x/", "x/[1] what?*", "x/[1] what?*.w"])
def test_only_audio_that_was_asked_for_counts(dag: Any, deployment: AirflowDeployment, prefix: str) -> None:
    upload(deployment.bucket, "input/other.wav")
    upload(deployment.bucket, "input/x-other.wav")
    with pytest.raises(AirflowSkipException):
        sense(dag, prefix=prefix)
    upload(deployment.bucket, "input/x/[1] what?*.w.wav")
    sense(dag, prefix=prefix)


@pytest.mark.parametrize("prefix", ["a.wav", "a.wa", "a.", "input/a.WAV"])
def test_one_file_can_be_asked_for_by_its_whole_name(dag: Any, deployment: AirflowDeployment, prefix: str) -> None:
    """The run was green and nothing was done, because nothing comes behind `a.wav`."""
    upload(deployment.bucket, "input/a.WAV" if prefix.endswith("WAV") else "input/a.wav")
    sense(dag, prefix=prefix)


def test_a_prefix_that_cannot_be_is_red_and_not_a_quiet_night(dag: Any, deployment: AirflowDeployment) -> None:
    with pytest.raises(AirflowFailException, match="OPTION_INVALID"):
        sense(dag, prefix="/x")
    assert deployment.calls("s3") == {}


def test_denied_access_is_red_and_no_skip(dag: Any, deployment: AirflowDeployment) -> None:
    # A deferred sensor with soft_fail turns it into a skip (apache/airflow#71255).
    deployment.aws.order(kind="deny", methods=["LIST"], prefix="input/")
    with pytest.raises(ClientError, match="AccessDenied"):
        sense(dag)


def test_a_missing_bucket_is_red_and_no_skip(dag: Any, deployment: AirflowDeployment) -> None:
    deployment.configure(bucket="no-such-bucket-anywhere")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        sense(dag)


def test_a_setting_that_is_wrong_is_red_before_anything_is_asked(dag: Any, deployment: AirflowDeployment) -> None:
    deployment.configure(max_children="many")
    with pytest.raises(AirflowFailException, match="SETTING_INVALID"):
        sense(dag)
    assert deployment.calls("s3") == {}


@pytest.fixture
def run(dag: Any, deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run one task of the flow, as Airflow would."""
    monkeypatch.setattr(TranscribeOperator, "_interrupted", Impatient())

    def run(name: str, run_type: str = "manual", **chosen: Any) -> Any:
        context = make_context(TaskInstance(task_id=name), **params(**chosen))
        context["dag_run"].run_type = run_type
        monkeypatch.setattr(transcribe_audio, "get_current_context", lambda: context)
        task = copy(dag.get_task(name))
        if name in ("transcribe", "report"):
            task.addresses = {}
            task.render_template_fields(context)
            return task.execute(context), context
        return task.python_callable()

    return run


def test_a_whole_run_from_plan_to_report(
    run: Any, deployment: AirflowDeployment, container: Container, aws: LocalAws
) -> None:
    bucket = deployment.bucket
    for name in ("speech", "silence", "broken"):
        upload(bucket, f"input/{name}.wav", name.encode())
    deployment.define("pass")
    told = run("plan", formats=["vtt"])
    assert told == {"run": RUN, "files": 3, "shards": 1, "done": 0}
    job_id, _ = run("transcribe")
    plan = manifest_store.read_plan(bucket, RUN)
    assert plan.options == Options(formats=("vtt",))
    for item in manifest_store.read_items(bucket, plan):
        container.transcribe(bucket, plan, item, like=item.key.removeprefix("input/").removesuffix(".wav"))
    run("verify_transcripts")
    run("move_to_processed")
    _, context = run("report")
    assert set(content(bucket, "input/")) == set()
    assert {key: data for key, data in content(bucket).items() if key.startswith(("processed/", "failed/"))} == {
        "processed/speech.wav": b"speech",
        "processed/silence.wav": b"silence",
        "failed/broken.wav": b"broken",
        "failed/broken.wav.error.json": bucket.read("failed/broken.wav.error.json"),
    }
    report = bucket.read_record(Report, RunKeys(RUN).report)
    assert (report.transcribed, report.failed, report.missing) == (2, 1, 0)
    assert task_links.REPORT_LINK.xcom_key in context["ti"].xcoms
    assert aws.control("GET", "/_calls")["batch"]["SubmitJob"] == 1
    assert deployment.queue.describe(job_id)["status"] == batch_job.JOB_SUCCEEDED


def test_a_plan_that_is_frozen_is_taken_as_it_is(run: Any, deployment: AirflowDeployment) -> None:
    """Cleared, the task must not plan otherwise than what the children already do."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav")
    freeze(deployment.bucket, items[:1], options=Options(formats=FORMATS))
    upload(deployment.bucket, "input/late.wav")
    assert run("plan", beam_width=7, model="nowhere") == {"run": RUN, "files": 1, "shards": 1, "done": 0}
    assert deployment.calls("batch") == {}


def test_audio_that_is_gone_when_it_is_planned_is_a_skip(run: Any, deployment: AirflowDeployment) -> None:
    with pytest.raises(AirflowSkipException):
        run("plan")
    assert list(content(deployment.bucket, "runs/")) == []


@pytest.mark.parametrize(
    ("chosen", "code"), [({"model": "nowhere"}, "MODEL_MISSING"), ({"hot_words": ["sonata"]}, "OPTION_INVALID")]
)
def test_a_choice_that_cannot_be_done_is_red_before_anything_starts(
    run: Any, deployment: AirflowDeployment, chosen: dict[str, Any], code: str
) -> None:
    upload(deployment.bucket, "input/a.wav")
    with pytest.raises(AirflowFailException, match=rf"\[{code}\]"):
        run("plan", **chosen)
    assert list(content(deployment.bucket, "runs/")) == []
    assert "SubmitJob" not in deployment.calls("batch")


def test_a_backfill_is_refused_before_it_ends_the_job_of_the_night(run: Any, deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, "input/a.wav")
    with pytest.raises(AirflowFailException, match=r"OPTION_INVALID.*backfill"):
        run("plan", run_type="backfill")
    assert deployment.aws.control("GET", "/_calls").get("batch", {}) == {}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_job_that_another_run_left_is_ended_but_not_by_a_dry_run(
    run: Any, deployment: AirflowDeployment, gate: Path, dry_run: bool
) -> None:
    upload(deployment.bucket, "input/a.wav")
    definition = deployment.define(waits_for(gate))
    left = BatchQueue(deployment.queue.queue).submit(batch_job.job_name("manual-yesterday"), definition, 1, {}, set())
    deployment.queue.reaches(left, "RUNNING")
    run("plan", dry_run=dry_run)
    assert batch_job.is_over(deployment.queue.describe(left)) is not dry_run
    gate.touch()
    deployment.queue.ends(left)


def test_a_dry_run_ends_with_its_plan(run: Any, deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, "input/a.wav")
    assert run("plan", dry_run=True)["files"] == 1
    with pytest.raises(AirflowSkipException):
        run("transcribe")
    assert deployment.calls("batch") == {}
    assert list(content(deployment.bucket, "input/")) == ["input/a.wav"]


def test_verification_before_a_plan_says_where_to_look(run: Any) -> None:
    with pytest.raises(AirflowFailException, match=r"MANIFEST_MISSING.*first red task"):
        run("verify_transcripts")


def test_moving_before_verification_says_what_to_clear(run: Any, deployment: AirflowDeployment) -> None:
    freeze(deployment.bucket, (Item(0, "input/a.wav", "etag", 1),))
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*verdicts\.json.*Clear"):
        run("move_to_processed")


def test_what_the_plan_tells_airflow_is_small(run: Any, deployment: AirflowDeployment) -> None:
    upload_all(deployment.bucket, *(f"input/{'x' * 500}{number}.wav" for number in range(20)))
    assert len(json.dumps(run("plan"))) < 300
    assert RUN_ID not in content(deployment.bucket, "runs/")
