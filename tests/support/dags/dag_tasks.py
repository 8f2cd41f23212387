"""The tasks of the DAG `transcribe_audio`, run one at a time."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest

import transcribe_audio
from tests.support.dags.airflow_deployment import Impatient, TaskInstance, make_context
from transcription.plan.trigger_form import PARAMS
from transcription.transcribe.job_operator import JobOperator

#: The tasks in the order in which they run.
FLOW = ["wait_for_audio", "plan", "transcribe", "verify_transcripts", "move_to_processed", "report"]


def form_values(**chosen: Any) -> dict[str, Any]:
    """Return the values of the trigger form: those in `chosen`, and the defaults of all other fields."""
    return {name: param.value for name, param in PARAMS.items()} | chosen


def run_task(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    run_type: str = "manual",
    ti: TaskInstance | None = None,
    **chosen: Any,
) -> tuple[Any, TaskInstance]:
    """Run one task of the DAG as Airflow does, with its templates filled in.

    Args:
        name: the task's id.
        monkeypatch: the test's monkeypatch, which gives the task its context.
        run_type: the type of the DAG run, such as `manual` or `scheduled`.
        ti: the task instance; `None` creates a new one.
        chosen: values of the trigger form.

    Returns:
        What the task returns, and its task instance with the XComs that it pushed.
    """
    ti = ti or TaskInstance(task_id=name)
    context = make_context(ti, **form_values(**chosen))
    context["dag_run"].run_type = run_type
    monkeypatch.setattr(transcribe_audio, "get_current_context", lambda: context)
    monkeypatch.setattr(JobOperator, "_interrupted", Impatient())
    task: Any = copy(transcribe_audio.dag_of_transcription.get_task(name))
    if hasattr(task, "python_callable"):
        return task.python_callable(), ti
    if hasattr(task, "addresses"):
        task.addresses = {}
    task.render_template_fields(context)
    return task.execute(context), ti
