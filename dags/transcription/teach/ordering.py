"""The order of a teaching, made from the trigger form and from what is in the bucket."""

from __future__ import annotations

import re
from typing import Any

from transcription.contract import keys, utc_time
from transcription.contract.teaching import BOTH, WORDS, TeachingOrder
from transcription.contract.teaching_cost import teaching_hours
from transcription.contract.teaching_errors import SetMissing
from transcription.order.order_making import find_or_make_order
from transcription.order.ordered_models import check_model, model_in_image
from transcription.order.taught_data import TaughtData, look
from transcription.shared import cost, model_in_use
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings
from transcription.teach.teaching_request import FORM, TeachingRequest
from transcription.teach.teaching_store import TEACHINGS

#: Minutes of audio below which a teaching of sound seldom helps, and with which a test tells improvement from chance.
_FEW_MINUTES, _ENOUGH_MINUTES = 5.0, 8.0


def order_teaching(bucket: Bucket, context: Any, settings: Settings) -> TeachingOrder:
    """Return the run's order. If the run has none yet, check the request and freeze the order.

    Args:
        bucket: the audio bucket.
        context: the context of the task.
        settings: the settings of the deployment.

    Raises:
        OptionInvalid: a field of the form has a value that cannot be used, or the run is a backfill.
        ModelMissing, ModelInvalid: the base model is not there, or cannot be used.
        DefaultModelInvalid: the record of the model in use is damaged.
        SetMissing: there is nothing to learn from, or no speech of others in its set.
    """

    def make(run: str) -> tuple[TeachingOrder, str]:
        order, data = _make_order(bucket, run, FORM.read(context["params"]))
        return order, describe(order, data, settings)

    return find_or_make_order(bucket, context, TEACHINGS, make)


def _make_order(bucket: Bucket, run: str, request: TeachingRequest) -> tuple[TeachingOrder, TaughtData]:
    """Return the order for a request, and what there is to learn from."""
    in_use = model_in_use.read(bucket).model
    base = request.base or in_use
    if not base:
        raise model_in_image(bucket, "Base model")
    order = TeachingOrder(
        run=run,
        created=utc_time.now(),
        what=request.what,
        base=base,
        # The number of a model that was taught before is replaced.
        name=request.name or re.sub(r"-\d+$", "", base),
        set_name=request.set_name,
        others_set=request.others_set,
        model_in_use=in_use,
        use_if_better=not request.keep_unused,
        guard_points=request.guard_points,
        heard_minutes=request.heard_minutes,
        dry_run=request.dry_run,
    )
    check_model(bucket, base)
    data = look(bucket, order.set_name)
    if data.is_empty:
        place = bucket.uri(keys.teaching_set(order.set_name)) if order.set_name else ""
        raise SetMissing(
            f"There is nothing to learn from in {bucket.uri('')}: nobody has checked or corrected a transcript, and "
            + (f"{place} is empty. Upload recordings with texts there." if place else "the field Set is empty.")
        )
    others = order.others_set
    if others and not any(bucket.list(keys.teaching_set(others))):
        raise SetMissing(f"{bucket.uri(keys.teaching_set(others))} is empty. Upload recordings with texts there.")
    return order, data


def describe(order: TeachingOrder, data: TaughtData, settings: Settings) -> str:
    """Return in sentences what is taught from which data, and the expected hours and cost."""
    hours = teaching_hours(order.what, order.heard_minutes)
    sentences = [
        f"The model {order.base} is taught {'sound and words' if order.what == BOTH else order.what}: {data}.",
        *([f"Other people's speech is in teaching/{order.others_set}/."] if order.others_set else []),
        f"Expected, with a model of the official size: {cost.machine_time(hours, settings)}.",
    ]
    if order.what != WORDS and data.minutes < _FEW_MINUTES:
        sentences.append(f"Less than {_FEW_MINUTES:g} minutes seldom make a model better.")
    if order.what != WORDS and data.minutes < _ENOUGH_MINUTES:
        sentences.append(
            f"With less than {_ENOUGH_MINUTES:g} minutes, the test may have too few words to tell improvement from "
            "chance; the new model is then not used."
        )
    return " ".join(sentences)
