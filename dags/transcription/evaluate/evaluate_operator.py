"""The operator of the task `evaluate`: an array job with a child for each model."""

from __future__ import annotations

from transcription.evaluate.evaluation_store import EVALUATIONS
from transcription.order.order_jobs import OrderedWork
from transcription.order.order_operator import OrderOperator
from transcription.shared.bucket import Bucket


def job_name(run: str) -> str:
    """Return the name of all Batch jobs of a run of `evaluate_models`."""
    return f"evaluate-{run}"


class EvaluateOperator(OrderOperator):
    """An OrderOperator with one job per evaluation, which has a child for each model."""

    _advice = "Fix the cause, then clear this task: another job evaluates the models that have no result yet."

    def _ordered_work(self, bucket: Bucket, run: str) -> OrderedWork:
        order = EVALUATIONS.read_order(bucket, run)
        return OrderedWork(order.run, job_name(order.run), order.dry_run, len(order.models))
