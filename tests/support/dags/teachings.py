"""Orders, outcomes and bucket objects for the tests of the DAG `teach_model`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.dags.airflow_deployment import TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN, upload
from transcription.contract import keys
from transcription.contract.correction import Basis, Correction, Segment
from transcription.contract.default_model import DefaultModel
from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import SOUND, ErrorRates, TeachingOrder, TeachingOutcome
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin, write_origin
from transcription.teach.teaching_request import FORM
from transcription.teach.teaching_store import TEACHINGS

KEYS = RunKeys(RUN)
#: The model court-1 is in use and is taught.
ORDER = TeachingOrder(
    RUN, "2026-11-22T01:00:07+00:00", SOUND, base="court-1", name="court", set_name="anna", model_in_use="court-1"
)
BETTER = TeachingOutcome(
    finished="2026-11-22T02:00:00+00:00",
    verdict="BETTER",
    reason="Fewer words are wrong, beyond chance.",
    is_better=True,
    model="court-2",
    base="court-1",
    word_error_rates={"test": ErrorRates(15.3, 7.0), "others": ErrorRates(2.0, 2.5)},
    interval_low=5.0,
    interval_high=12.0,
    test_words=400,
    findings=2,
)


def make_teach_context(task: str, **chosen: Any) -> Any:
    """Return the context of a task of `teach_model`: values of the form in `chosen`, and the defaults of the others."""
    values = {name: param.value for name, param in FORM.params.items()} | chosen
    return make_context(TaskInstance(dag_id="teach_model", task_id=task), **values)


def freeze_order(bucket: Bucket, order: TeachingOrder = ORDER) -> None:
    """Write an order and its origin, as the task `check` does."""
    write_origin(bucket, order.run, Origin.of(make_teach_context("check")))
    TEACHINGS.freeze(bucket, order)


def use_model(bucket: Bucket, name: str) -> None:
    """Upload a model, and let runs that choose no model use it."""
    upload(bucket, f"{keys.model(name)}{name}.pbmm", b"model")
    record = DefaultModel().changed_to(name, changed="2026-11-22T01:00:00+00:00", by="anna")
    bucket.write_record(keys.DEFAULT_MODEL, record)


def correct(bucket: Bucket, name: str, states: Sequence[str]) -> None:
    """Write a correction with a segment of 30 s for each state."""
    segments = tuple(
        Segment(30.0 * number, 30.0 * number + 30, "stop", (), state) for number, state in enumerate(states)
    )
    correction = Correction(f"{name}.wav", 30.0 * len(states), 0.5, Basis("0", "1"), ("srt",), segments)
    bucket.write_record(keys.corrected_json(name), correction)
