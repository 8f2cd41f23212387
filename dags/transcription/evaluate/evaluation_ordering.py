"""The order of an evaluation, made from the trigger form and from what is in the bucket."""

from __future__ import annotations

from typing import Any

from transcription.contract import keys, utc_time
from transcription.contract.evaluation import TEST, EvaluationOrder
from transcription.contract.teaching_errors import SetMissing
from transcription.evaluate.evaluation_request import FORM, EvaluationRequest
from transcription.evaluate.evaluation_store import EVALUATIONS
from transcription.order.order_making import find_or_make_order
from transcription.order.ordered_models import check_model, model_in_image
from transcription.order.taught_data import look
from transcription.shared import cost, model_in_use
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings

#: The share of a set that is for the test.
_TEST_SHARE = 0.2


def order_evaluation(bucket: Bucket, context: Any, settings: Settings) -> EvaluationOrder:
    """Return the run's order. If the run has none yet, check the request and freeze the order.

    Args:
        bucket: the audio bucket.
        context: the context of the task.
        settings: the settings of the deployment.

    Raises:
        OptionInvalid: a field of the form has a value that cannot be used, or the run is a backfill.
        ModelMissing, ModelInvalid: a model is not there, or cannot be used.
        DefaultModelInvalid: the record of the model in use is damaged.
        SetMissing: there is no recording.
    """

    def make(run: str) -> tuple[EvaluationOrder, str]:
        order, minutes = _make_order(bucket, run, FORM.read(context["params"]))
        return order, describe(order, minutes, settings)

    return find_or_make_order(bucket, context, EVALUATIONS, make)


def _make_order(bucket: Bucket, run: str, request: EvaluationRequest) -> tuple[EvaluationOrder, float]:
    """Return the order for a request, and about how many minutes each model hears."""
    models = request.models or (model_in_use.read(bucket).model,)
    if not models[0]:
        raise model_in_image(bucket, "Models")
    order = EvaluationOrder(
        run=run,
        created=utc_time.now(),
        models=models,
        set_name=request.set_name,
        part=request.part,
        dry_run=request.dry_run,
    )
    for model in models:
        check_model(bucket, model)
    data = look(bucket, order.set_name)
    if order.set_name and not data.recordings:
        place = bucket.uri(keys.teaching_set(order.set_name))
        raise SetMissing(f"There is no recording in {place}. Upload recordings with texts there.")
    if not (order.set_name or data.segments):
        raise SetMissing("Nobody has checked or corrected a transcript, and the field Set is empty.")
    seconds = data.set_seconds if order.set_name else data.segment_seconds
    return order, seconds / 60 * (_TEST_SHARE if order.part == TEST else 1)


def describe(order: EvaluationOrder, minutes: float, settings: Settings) -> str:
    """Return in sentences which models hear what, and the expected hours and cost."""
    hours = minutes / 60 * settings.expected_real_time_factor * len(order.models)
    place = keys.teaching_set(order.set_name) if order.set_name else "corrections"
    return (
        f"{', '.join(order.models)} hear about {minutes:.1f} minutes of {place} ({order.part}). Expected, with models "
        f"of the official size: {cost.machine_time(hours, settings)}."
    )
