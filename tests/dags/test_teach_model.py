"""The definition of the DAG `teach_model`: when it exists, order of tasks, texts in the UI, and a run of its tasks."""

from __future__ import annotations

import json
import re
import runpy
from copy import copy, deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.definitions.param import ParamsDict

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import RUN, upload
from tests.support.dags.teaching_dags import load_dag_file
from tests.support.dags.teachings import BETTER, KEYS, make_teach_context, use_model
from transcription.contract.records import dump
from transcription.shared import model_in_use
from transcription.shared.task_errors import AirflowFailException
from transcription.teach.teaching_request import PARAMS, read_request
from transcription.transcribe.transcribe_operator import TranscribeOperator

FILE = Path(__file__).resolve().parents[2] / "dags" / "teach_model.py"
FLOW = ["check", "teach", "decide", "report"]


def load(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Any]:
    """Load the DAG file with these settings, and return its names."""
    return load_dag_file(monkeypatch, "teach_model", **settings)


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> Any:
    return load(monkeypatch)["dag_of_teaching"]


def test_it_exists_only_in_deployments_that_can_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "dag_of_teaching" not in load(monkeypatch, teach_job_definition="")
    monkeypatch.delenv("AIRFLOW__TRANSCRIPTION__TEACH_JOB_DEFINITION")
    assert "dag_of_teaching" not in runpy.run_path(str(FILE))


def test_the_tasks_follow_each_other_and_one_run_works_at_a_time(dag: Any) -> None:
    tasks = [dag.get_task(name) for name in FLOW]
    assert set(dag.task_ids) == set(FLOW)
    for earlier, later in pairwise(tasks):
        assert later.upstream_task_ids == {earlier.task_id}
    assert {task.trigger_rule for task in tasks} == {"all_success"}
    assert dag.max_active_runs == 1


def test_it_never_starts_by_itself(dag: Any) -> None:
    assert not dag.timetable.can_be_scheduled


def test_the_ui_explains_every_task_and_leads_to_the_page_models(dag: Any) -> None:
    assert all(f"| {name} |" in dag.doc_md for name in FLOW)
    assert "[Models](/transcripts/models)" in dag.doc_md
    texts = [dag.doc_md, *(dag.get_task(name).doc_md or "" for name in FLOW)]
    for text in texts:  # Airflow shows inline code as a block
        assert "`" not in re.sub(r"^```\w+\n.*?\n```$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_every_field_of_the_form_explains_itself_and_may_stay_empty(dag: Any) -> None:
    assert set(dag.params) == set(PARAMS)
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.schema["title"] and param.description
        assert isinstance(param.value, bool) or (param.value is None and "null" in param.schema["type"])
    assert any("section" not in param.schema for param in PARAMS.values())


def test_the_json_example_in_the_ui_has_every_field_and_works(dag: Any) -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", dag.doc_md, re.DOTALL)
    chosen = json.loads(example)
    assert set(chosen) == set(dag.params)
    params = ParamsDict(deepcopy(PARAMS))
    params.update(chosen)
    request = read_request(params.validate())
    assert (request.set_name, request.heard_minutes, request.dry_run) == ("anna", 80.0, True)


def test_a_red_run_sends_a_message_only_if_the_deployment_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load(monkeypatch)["dag_of_teaching"].on_failure_callback
    (notify,) = load(monkeypatch, alert_topic="arn:aws:sns:us-east-1:1:t")["dag_of_teaching"].on_failure_callback
    assert notify.subject == "Teaching failed: {{ run_id[:70] }}"
    assert "No model was changed." in notify.message


class Tasks:
    """The tasks of the DAG, run one at a time as Airflow does."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def run(self, name: str, run_type: str = "manual", **chosen: Any) -> Any:
        """Run one task with these values of the form, and return what it returns."""
        context = make_teach_context(name, **chosen)
        context["dag_run"].run_type = run_type
        task: Any = copy(self._names["dag_of_teaching"].get_task(name))
        if hasattr(task, "python_callable"):
            # The functions of the tasks look the context up among the names of the DAG file.
            task.python_callable.__wrapped__.__globals__["get_current_context"] = lambda: context
            return task.python_callable()
        task.addresses = {}
        task.render_template_fields(context)
        return task.execute(context)


@pytest.fixture
def tasks(deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    """Return the tasks of a deployment that teaches. Its job writes an outcome."""
    outcome, header = dump(BETTER).decode(), {"Content-Type": "application/json"}
    code = (
        "import os, sys, urllib.request\n"
        f"url = os.environ['AWS_ENDPOINT_URL'] + '/{deployment.bucket.name}/{KEYS.teaching('outcome.json')}'\n"
        f"request = urllib.request.Request(url, {outcome!r}.encode(), {header}, method='PUT')\n"
        "urllib.request.urlopen(request)\n"
    )
    arn = deployment.queue.define(["python", "-c", code])
    monkeypatch.setattr(TranscribeOperator, "_interrupted", Impatient())
    return Tasks(load(monkeypatch, teach_job_definition=arn))


def test_a_run_teaches_and_uses_the_better_model(
    tasks: Tasks, deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    use_model(deployment.bucket, "court-1")
    upload(deployment.bucket, "teaching/anna/a.wav")
    assert tasks.run("check", set_name="anna") == {"run": RUN, "base": "court-1", "name": "court"}
    tasks.run("teach")
    assert tasks.run("decide") == {"is_used": True, "reason": BETTER.reason}
    with caplog.at_level("INFO"):
        figures = tasks.run("report")
    assert (figures["model"], figures["is_used"]) == ("court-2", True)
    assert "15.3 % → 7.0 %" in caplog.text
    assert model_in_use.read(deployment.bucket).model == "court-2"


def test_a_person_who_marks_decide_as_successful_decides_nothing(tasks: Tasks, deployment: AirflowDeployment) -> None:
    use_model(deployment.bucket, "court-1")
    upload(deployment.bucket, "teaching/anna/a.wav")
    tasks.run("check", set_name="anna")
    tasks.run("teach")
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*Clear the task decide and those after it"):
        tasks.run("report")
    assert model_in_use.read(deployment.bucket).model == "court-1"


def test_an_error_of_the_request_is_not_retried(tasks: Tasks) -> None:
    with pytest.raises(AirflowFailException, match="MODEL_MISSING"):
        tasks.run("check", set_name="anna")


def test_a_backfill_is_refused(tasks: Tasks) -> None:
    with pytest.raises(AirflowFailException, match="OPTION_INVALID"):
        tasks.run("check", run_type="backfill")
