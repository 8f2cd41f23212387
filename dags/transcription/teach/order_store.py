"""The records of a teaching in `runs/{run}/teaching/`: the order, the outcome, and the reason why a job failed."""

from __future__ import annotations

from transcription.contract.keys import RunKeys
from transcription.contract.reason import Reason
from transcription.contract.teaching import TeachingOrder, TeachingOutcome
from transcription.shared.bucket import Bucket


def find_order(bucket: Bucket, run: str) -> TeachingOrder | None:
    """Return the order of a run, or None if it has none yet."""
    return bucket.find_record(TeachingOrder, RunKeys(run).teaching("order.json"))


def read_order(bucket: Bucket, run: str) -> TeachingOrder:
    """Return the order of a run.

    Raises:
        RecordMissing: the task `check` did not write it.
    """
    return bucket.read_record(TeachingOrder, RunKeys(run).teaching("order.json"), writer="check")


def freeze(bucket: Bucket, order: TeachingOrder) -> TeachingOrder:
    """Write the order of a run, and return the order that counts: the first one that was written."""
    if bucket.write_record(RunKeys(order.run).teaching("order.json"), order, once=True):
        return order
    return read_order(bucket, order.run)


def read_outcome(bucket: Bucket, run: str) -> TeachingOutcome:
    """Return the outcome of a run.

    Raises:
        RecordMissing: the Batch job of the task `teach` did not write it.
    """
    return bucket.read_record(TeachingOutcome, RunKeys(run).teaching("outcome.json"), writer="teach")


def find_reason(bucket: Bucket, run: str, job_id: str) -> Reason | None:
    """Return why a Batch job of the run failed, or None if its container could not say it."""
    return bucket.find_record(Reason, RunKeys(run).teaching_reason(job_id))
