"""The operator of the task `teach`: the job that teaches a model."""

from __future__ import annotations

from transcription.order.order_jobs import OrderedWork
from transcription.order.order_operator import OrderOperator
from transcription.shared.bucket import Bucket
from transcription.teach.teaching_store import TEACHINGS


def job_name(run: str) -> str:
    """Return the name of all Batch jobs of a run of `teach_model`."""
    return f"teach-{run}"


class TeachOperator(OrderOperator):
    """An OrderOperator with one plain job per teaching."""

    _advice = "Fix the cause, then clear this task: another job continues from the last checkpoint."

    def _ordered_work(self, bucket: Bucket, run: str) -> OrderedWork:
        order = TEACHINGS.read_order(bucket, run)
        return OrderedWork(order.run, job_name(order.run), order.dry_run)
