"""Orders, outcomes and results for the tests of the DAG `evaluate_models` and of its page."""

from __future__ import annotations

from typing import Any

from tests.support.dags.airflow_deployment import TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN
from transcription.contract.evaluation import (
    Change,
    Difference,
    EvaluationOrder,
    EvaluationOutcome,
    HeardRecording,
    LeftOut,
    ModelFigures,
    ModelResult,
)
from transcription.contract.word_errors import WordErrors
from transcription.evaluate.evaluation_request import FORM

ORDER = EvaluationOrder(RUN, "2026-11-22T01:00:07+00:00", ("court-1", "anna-1"), "anna")
OUTCOME = EvaluationOutcome(
    finished="2026-11-22T02:00:00+00:00",
    recordings=40,
    seconds=90.0,
    left_out=2,
    models=(
        ModelFigures("court-1", WordErrors(400, 30, 10, 20, 2000, 100), 0.25),
        ModelFigures("anna-1", WordErrors(400, 10, 5, 5, 2000, 40), 0.2),
    ),
    differences=(Difference("court-1", "anna-1", 10.0, 5.0, 12.0),),
)


def make_evaluation_context(task: str, **chosen: Any) -> Any:
    """Return the context of a task of `evaluate_models`: values of the form in `chosen`, and the others' defaults."""
    values = {name: param.value for name, param in FORM.params.items()} | chosen
    return make_context(TaskInstance(dag_id="evaluate_models", task_id=task), **values)


def make_result(model: str, count: int = 1, *, key: str = "teaching/anna/{}.wav") -> ModelResult:
    """Return what a model heard in recordings, of which number `i` has `i` errors; the second is a part of one."""
    recordings = tuple(
        HeardRecording(
            key.format(number),
            2.0,
            (Change("equal", "turn", "turn"), Change("substitute", "left", "laughed"), Change("insert", "", "now")),
            WordErrors(10, number, 0, 0, 50, number),
            *((1.5, 3.5) if number == 1 else ()),
        )
        for number in range(count)
    )
    return ModelResult(model, recordings, (LeftOut("b.wav", "TEXT_MISSING", "It has no text."),), {"left": 3}, 1.0)
