"""The DAG `teach_model`: the example of its form, and a run of its tasks."""

from __future__ import annotations

import json
import re
from copy import copy, deepcopy
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
from transcription.teach.teaching_request import FORM
from transcription.transcribe.job_operator import JobOperator


def load(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Any]:
    """Load the DAG file with these settings, and return its names."""
    return load_dag_file(monkeypatch, "teach_model", **settings)


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> Any:
    return load(monkeypatch)["dag_of_teaching"]


def test_the_form_offers_sound_words_and_both(dag: Any) -> None:
    schema = dag.params.get_param("what").schema
    assert schema["enum"] == [None, "sound", "words", "both"]
    assert schema["values_display"] == {"null": "empty: sound"}


def test_the_json_example_in_the_ui_has_every_field_and_works(dag: Any) -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", dag.doc_md, re.DOTALL)
    chosen = json.loads(example)
    assert set(chosen) == set(dag.params)
    params = ParamsDict(deepcopy(FORM.params))
    params.update(chosen)
    request = FORM.read(params.validate())
    assert (request.set_name, request.heard_minutes, request.dry_run) == ("anna", 80.0, True)


class Tasks:
    """The tasks of the DAG, run one at a time as Airflow does."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def run(self, name: str, **chosen: Any) -> Any:
        """Run one task with these values of the form, and return what it returns."""
        context = make_teach_context(name, **chosen)
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
    monkeypatch.setattr(JobOperator, "_interrupted", Impatient())
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
