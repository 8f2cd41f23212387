"""The records of an evaluation in `evaluations/{run}/`: the order and the outcome."""

from __future__ import annotations

from transcription.contract.evaluation import EvaluationOrder, EvaluationOutcome
from transcription.contract.keys import RunKeys
from transcription.shared.bucket import Bucket

_ORDER, _OUTCOME = "order.json", "outcome.json"


def find_order(bucket: Bucket, run: str) -> EvaluationOrder | None:
    """Return the order of a run, or None if it has none yet."""
    return bucket.find_record(EvaluationOrder, RunKeys(run).evaluation(_ORDER))


def read_order(bucket: Bucket, run: str) -> EvaluationOrder:
    """Return the order of a run.

    Raises:
        RecordMissing: the task `check` did not write it.
    """
    return bucket.read_record(EvaluationOrder, RunKeys(run).evaluation(_ORDER), writer="check")


def freeze(bucket: Bucket, order: EvaluationOrder) -> EvaluationOrder:
    """Write the order of a run, and return the order that counts: the first one that was written."""
    if bucket.write_record(RunKeys(order.run).evaluation(_ORDER), order, once=True):
        return order
    return read_order(bucket, order.run)


def read_outcome(bucket: Bucket, run: str) -> EvaluationOutcome:
    """Return the outcome of a run.

    Raises:
        RecordMissing: the Batch job of the task `evaluate` did not write it.
    """
    return bucket.read_record(EvaluationOutcome, RunKeys(run).evaluation(_OUTCOME), writer="evaluate")
