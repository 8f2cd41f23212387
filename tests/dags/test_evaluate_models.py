"""The DAG `evaluate_models`: the example of its form, and its report."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from airflow.sdk.definitions.param import ParamsDict

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, upload
from tests.support.dags.evaluations import OUTCOME, make_evaluation_context
from tests.support.dags.teaching_dags import load_dag_file
from tests.support.dags.teachings import use_model
from transcription.contract.run_keys import RunKeys
from transcription.evaluate.evaluation_request import FORM
from transcription.shared.job_record import Job
from transcription.shared.task_errors import AirflowFailException


def load(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Any]:
    """Load the DAG file with these settings, and return its names."""
    return load_dag_file(monkeypatch, "evaluate_models", **settings)


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> Any:
    return load(monkeypatch)["dag_of_evaluations"]


def run_task(dag: Any, name: str, **chosen: Any) -> Any:
    """Run one task with these values of the form, and return what it returns."""
    context = make_evaluation_context(name, **chosen)
    task = dag.get_task(name)
    # The functions of the tasks look the context up among the names of the DAG file.
    task.python_callable.__wrapped__.__globals__["get_current_context"] = lambda: context
    return task.python_callable()


def test_the_json_example_in_the_ui_has_every_field_and_works(dag: Any) -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", dag.doc_md, re.DOTALL)
    chosen = json.loads(example)
    assert set(chosen) == set(dag.params)
    params = ParamsDict(deepcopy(FORM.params))
    params.update(chosen)
    request = FORM.read(params.validate())
    assert (request.models, request.set_name, request.part) == (("deepspeech-0.9.3", "anna-1"), "anna", "test")


def test_check_and_report_say_what_was_ordered_and_measured(
    dag: Any, deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    use_model(deployment.bucket, "court-1")
    upload(deployment.bucket, "teaching/anna/a.wav")
    assert run_task(dag, "check", set_name="anna") == {
        "run": RUN,
        "models": ["court-1"],
        "set": "anna",
        "part": "test",
    }
    with pytest.raises(AirflowFailException, match=r"RECORD_MISSING.*Clear the task evaluate and those after it"):
        run_task(dag, "report")
    deployment.bucket.write_record(RunKeys(RUN).evaluation("outcome.json"), OUTCOME)
    deployment.bucket.write_record(RunKeys(RUN).job, Job(RUN, "job", "name", vcpu_hours=2.0))
    with caplog.at_level("INFO"):
        figures = run_task(dag, "report")
    assert figures["models"][1] == {
        "model": "anna-1",
        "word_error_rate": 5.0,
        "letter_error_rate": 2.0,
        "real_time_factor": 0.2,
        "cost_of_an_hour": figures["models"][1]["cost_of_an_hour"],
    }
    assert figures["models"][0]["cost_of_an_hour"] > figures["models"][1]["cost_of_an_hour"] > 0
    assert (figures["recordings"], figures["set"], figures["part"]) == (40, "anna", "test")
    assert figures["cost"] > 0
    assert "court-1: word error rate 15.0 % (30 wrong, 20 missing and 10 extra of 400 words)" in caplog.text
    assert "court-1 → anna-1: 10.0 points fewer (95 % interval 5.0 to 12.0): anna-1 is better." in caplog.text
    assert "/transcripts/evaluation?run_id=" in caplog.text
