"""The records of an order in S3: the order itself, its outcome, and the reason why one of its jobs failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket

_ORDER, _OUTCOME = "order.json", "outcome.json"


class RunOrder(Protocol):
    """What a run was ordered to do, as its task `check` froze it."""

    @property
    def run(self) -> str:
        """The name of the run."""

    @property
    def created(self) -> str:
        """The time when the order was frozen, ISO 8601 in UTC."""


class OrderStore[Order: RunOrder, Outcome]:
    """The orders and outcomes of one kind of run.

    Args:
        order: the class of the orders.
        outcome: the class of the outcomes.
        key: returns the key of a record of a run, for its file name.
        writer: the task whose Batch job writes the outcome.
    """

    def __init__(
        self, order: type[Order], outcome: type[Outcome], *, key: Callable[[RunKeys, str], str], writer: str
    ) -> None:
        self._order, self._outcome, self._key, self._writer = order, outcome, key, writer

    def find_order(self, bucket: Bucket, run: str) -> Order | None:
        """Return the order of a run, or None if it has none yet."""
        return bucket.find_record(self._order, self._key(RunKeys(run), _ORDER))

    def read_order(self, bucket: Bucket, run: str) -> Order:
        """Return the order of a run.

        Raises:
            RecordMissing: the task `check` did not write it.
        """
        return bucket.read_record(self._order, self._key(RunKeys(run), _ORDER), writer="check")

    def freeze(self, bucket: Bucket, order: Order) -> Order:
        """Write the order of a run, and return the order that counts: the first one that was written."""
        if bucket.write_record(self._key(RunKeys(order.run), _ORDER), order, once=True):
            return order
        return self.read_order(bucket, order.run)

    def read_outcome(self, bucket: Bucket, run: str) -> Outcome:
        """Return the outcome of a run.

        Raises:
            RecordMissing: the Batch job of the run did not write it.
        """
        return bucket.read_record(self._outcome, self._key(RunKeys(run), _OUTCOME), writer=self._writer)


def find_reason(bucket: Bucket, run: str, job_id: str) -> Reason | None:
    """Return why a Batch job of the run failed, or None if its container could not say it."""
    return bucket.find_record(Reason, RunKeys(run).teaching_reason(job_id))
