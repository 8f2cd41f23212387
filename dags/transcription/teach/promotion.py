"""The decision whether runs that choose no model use the new one."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import TeachingOrder, TeachingOutcome
from transcription.contract.teaching_errors import ModelChoiceLost
from transcription.shared import model_in_use
from transcription.shared.bucket import Bucket
from transcription.teach.teaching_store import TEACHINGS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Promotion:
    """The record of the decision."""

    #: Whether the new model is used.
    is_used: bool
    #: Why, in a sentence.
    reason: str


def decide(bucket: Bucket, order: TeachingOrder, by: str) -> Promotion:
    """Decide once, and let runs use the new model if it is better than the one in use.

    A repeated task finds the decision. It does not decide again, because a person may have gone back to the old model.

    Args:
        bucket: the audio bucket.
        order: the order of the teaching.
        by: the name of the DAG run, which the record of the model in use repeats.

    Raises:
        RecordMissing: the teaching has no outcome.
        DefaultModelInvalid: the record of the model in use is damaged.
    """
    key = _key(order.run)
    if decided := bucket.find_record(Promotion, key):
        log.info("This run has decided already.")
        return decided
    promotion = _promote(bucket, order, TEACHINGS.read_outcome(bucket, order.run), by)
    bucket.write_record(key, promotion, once=True)
    return promotion


def read(bucket: Bucket, run: str) -> Promotion:
    """Return the decision of a run.

    Raises:
        RecordMissing: the task `decide` did not decide.
    """
    return bucket.read_record(Promotion, _key(run), writer="decide")


def _key(run: str) -> str:
    return RunKeys(run).teaching("promotion.json")


def _promote(bucket: Bucket, order: TeachingOrder, outcome: TeachingOutcome, by: str) -> Promotion:
    """Let runs use the new model if that is right, and say why or why not."""
    if not outcome.is_better:
        stored = f" It is models/{outcome.model}/." if outcome.model else ""
        return Promotion(False, f"{outcome.reason}{stored}")
    if not order.use_if_better:
        return Promotion(False, f"{outcome.model} is better than {order.base}. As ordered, nothing uses it yet.")
    if order.base != order.model_in_use:
        in_use = order.model_in_use or "the model in the container image"
        return Promotion(
            False,
            f"{outcome.model} is better than {order.base}, but it was not compared with {in_use}, which is in use.",
        )
    try:
        model_in_use.use(bucket, outcome.model, order.model_in_use, by=by, reason=outcome.reason)
    except ModelChoiceLost as lost:
        return Promotion(False, lost.message)
    return Promotion(True, outcome.reason)
