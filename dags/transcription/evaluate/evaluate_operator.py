"""The operator of the task `evaluate`: an array job with a child for each model."""

from __future__ import annotations

from transcription.evaluate import evaluation_store
from transcription.shared.bucket import Bucket
from transcription.teach.teach_operator import TeachOperator
from transcription.teach.teaching_jobs import OrderedWork


def job_name(run: str) -> str:
    """Return the name of all Batch jobs of a run of `evaluate_models`."""
    return f"evaluate-{run}"


class EvaluateOperator(TeachOperator):
    """A BatchOperator that runs one job per evaluation, and finds that job again as `TranscribeOperator` does."""

    _advice = "Fix the cause, then clear this task: another job evaluates the models that have no result yet."

    def _ordered_work(self, bucket: Bucket, run: str) -> OrderedWork:
        """Return what was ordered.

        Raises:
            RecordMissing: the task `check` did not write the order.
        """
        order = evaluation_store.read_order(bucket, run)
        return OrderedWork(order.run, job_name(order.run), order.dry_run, len(order.models))
