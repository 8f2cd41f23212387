"""What the DAGs `teach_model` and `evaluate_models` share: when they exist, order of tasks, texts in the UI, alert."""

from __future__ import annotations

import re
import runpy
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.evaluations import make_evaluation_context
from tests.support.dags.teaching_dags import load_dag_file
from tests.support.dags.teachings import make_teach_context
from transcription.evaluate import evaluation_request
from transcription.shared.task_errors import AirflowFailException
from transcription.teach import teaching_request

FOLDER = Path(__file__).resolve().parents[2] / "dags"


class OrderDag(NamedTuple):
    """A DAG, and what its tests expect."""

    name: str
    #: The name of the DAG object in the DAG file.
    variable: str
    flow: list[str]
    params: dict[str, Any]
    #: A link in the text of the DAG.
    link: str
    subject: str
    #: Returns the context of a task.
    make_context: Any

    def find(self, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Any:
        """Load the DAG file with these settings, and return the DAG, or None if it does not exist."""
        return load_dag_file(monkeypatch, self.name, **settings).get(self.variable)


@pytest.fixture(
    params=[
        OrderDag(
            "teach_model",
            "dag_of_teaching",
            ["check", "teach", "decide", "report"],
            teaching_request.FORM.params,
            "[Models](/transcripts/models)",
            "Teaching failed",
            make_teach_context,
        ),
        OrderDag(
            "evaluate_models",
            "dag_of_evaluations",
            ["check", "evaluate", "report"],
            evaluation_request.FORM.params,
            "[Your data](/transcripts/data)",
            "Evaluation failed",
            make_evaluation_context,
        ),
    ],
    ids=lambda expected: expected.name,
)
def expected(request: pytest.FixtureRequest) -> OrderDag:
    """Return what is expected of each DAG in turn."""
    case: OrderDag = request.param
    return case


@pytest.fixture
def dag(expected: OrderDag, monkeypatch: pytest.MonkeyPatch) -> Any:
    return expected.find(monkeypatch)


def test_it_exists_only_in_deployments_that_can_teach(expected: OrderDag, monkeypatch: pytest.MonkeyPatch) -> None:
    assert expected.find(monkeypatch) is not None
    assert expected.find(monkeypatch, teach_job_definition="") is None
    monkeypatch.delenv("AIRFLOW__TRANSCRIPTION__TEACH_JOB_DEFINITION")
    assert expected.variable not in runpy.run_path(str(FOLDER / f"{expected.name}.py"))


def test_the_tasks_follow_each_other_and_one_run_works_at_a_time(dag: Any, expected: OrderDag) -> None:
    tasks = [dag.get_task(name) for name in expected.flow]
    assert set(dag.task_ids) == set(expected.flow)
    for earlier, later in pairwise(tasks):
        assert later.upstream_task_ids == {earlier.task_id}
    assert {task.trigger_rule for task in tasks} == {"all_success"}
    assert dag.max_active_runs == 1


def test_it_never_starts_by_itself(dag: Any) -> None:
    assert not dag.timetable.can_be_scheduled


def test_the_dag_has_the_file_of_its_definition(dag: Any, expected: OrderDag) -> None:
    assert dag.fileloc.endswith(f"/dags/{expected.name}.py")


def test_the_ui_explains_every_task_and_leads_to_the_pages(dag: Any, expected: OrderDag) -> None:
    assert all(f"| {name} |" in dag.doc_md for name in expected.flow)
    assert expected.link in dag.doc_md
    texts = [dag.doc_md, *(dag.get_task(name).doc_md or "" for name in expected.flow)]
    for text in texts:  # Airflow shows inline code as a block
        assert "`" not in re.sub(r"^```\w+\n.*?\n```$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_every_field_of_the_form_explains_itself_and_may_stay_empty(dag: Any, expected: OrderDag) -> None:
    assert set(dag.params) == set(expected.params)
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.schema["title"] and param.description
        assert isinstance(param.value, bool) or (param.value is None and "null" in param.schema["type"])
    assert any("section" not in param.schema for param in expected.params.values())


def test_a_red_run_sends_a_message_only_if_the_deployment_wants_it(
    expected: OrderDag, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not expected.find(monkeypatch).on_failure_callback
    (notify,) = expected.find(monkeypatch, alert_topic="arn:aws:sns:us-east-1:1:t").on_failure_callback
    assert notify.subject == f"{expected.subject}: {{{{ run_id[:70] }}}}"
    assert "No model was changed." in notify.message


def test_a_backfill_is_refused(dag: Any, expected: OrderDag, deployment: AirflowDeployment) -> None:
    context = expected.make_context("check")
    context["dag_run"].run_type = "backfill"
    check = dag.get_task("check").python_callable
    # The functions of the tasks look the context up among the names of the DAG file.
    check.__wrapped__.__globals__["get_current_context"] = lambda: context
    with pytest.raises(AirflowFailException, match="OPTION_INVALID"):
        check()
