"""The order of a teaching, made from the trigger form and from what is in the bucket."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from transcription.contract import keys
from transcription.contract.errors import ModelMissing
from transcription.contract.model_files import choose_model_files
from transcription.contract.teaching import SOUND, TeachingOrder
from transcription.contract.teaching_cost import teaching_hours
from transcription.contract.teaching_errors import SetMissing
from transcription.shared import cost, model_in_use, run_folder
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin
from transcription.shared.settings import Settings
from transcription.teach import order_store
from transcription.teach.taught_data import TaughtData, look
from transcription.teach.teaching_request import TeachingRequest, read_request

log = logging.getLogger(__name__)

#: Minutes of audio below which a teaching of sound seldom helps, and with which a test tells improvement from chance.
_FEW_MINUTES, _ENOUGH_MINUTES = 5.0, 8.0


def find_or_make_order(bucket: Bucket, context: Any, settings: Settings) -> TeachingOrder:
    """Return the run's order. If the run has none yet, check the request and freeze the order.

    Args:
        bucket: the audio bucket.
        context: the context of the task.
        settings: the settings of the deployment.

    Raises:
        OptionInvalid: a field of the form has a value that cannot be used.
        ModelMissing, ModelInvalid: the base model is not there, or cannot be used.
        DefaultModelInvalid: the record of the model in use is damaged.
        SetMissing: there is nothing to learn from.
    """
    run = run_folder.choose_run(bucket, context)
    if order := order_store.find_order(bucket, run):
        log.info("This run keeps its order of %s.", order.created)
        return order
    order, data = _check(bucket, run, read_request(context["params"]))
    log.info("%s", describe(order, data, settings))
    run_folder.write_origin(bucket, run, Origin.of(context))
    return order_store.freeze(bucket, order)


def _check(bucket: Bucket, run: str, request: TeachingRequest) -> tuple[TeachingOrder, TaughtData]:
    """Return the order for a request, and what there is to learn from."""
    in_use = model_in_use.read(bucket).model
    base = request.base or in_use
    if not base:
        raise model_in_image(bucket, "Base model")
    order = TeachingOrder(
        run=run,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        what=request.what,
        base=base,
        # The number of a model that was taught before is replaced.
        name=request.name or re.sub(r"-\d+$", "", base),
        set_name=request.set_name,
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
    return order, data


def model_in_image(bucket: Bucket, field: str) -> ModelMissing:
    """Return the error for a model in use that is not in the bucket. `field` of the form could name another one."""
    return ModelMissing(
        "Runs use the model in the container image, which is not in the bucket. Upload its files to "
        f"{bucket.uri(keys.MODELS_FOLDER)}, for example those that `make model` fetches, and name the folder in the "
        f"field {field}."
    )


def check_model(bucket: Bucket, name: str) -> None:
    """Check that the bucket has the files of a model.

    Raises:
        ModelMissing, ModelInvalid: the model is not there, or cannot be used.
    """
    folder = keys.model(name)
    names = [entry.key.removeprefix(folder) for entry in bucket.list(folder)]
    choose_model_files(bucket.uri(folder), [file for file in names if "/" not in file])


def describe(order: TeachingOrder, data: TaughtData, settings: Settings) -> str:
    """Return in sentences what is taught from which data, and the expected hours and cost."""
    hours = teaching_hours(order.what, order.heard_minutes)
    sentences = [
        f"The model {order.base} is taught {order.what}: {data}.",
        f"Expected, with a model of the official size: {cost.duration(hours)} of one vCPU, "
        f"{cost.money(cost.compute_cost(hours, settings))}.",
    ]
    if order.what == SOUND and data.minutes < _FEW_MINUTES:
        sentences.append(f"Less than {_FEW_MINUTES:g} minutes seldom make a model better.")
    if order.what == SOUND and data.minutes < _ENOUGH_MINUTES:
        sentences.append(
            f"With less than {_ENOUGH_MINUTES:g} minutes, the test may have too few words to tell improvement from "
            "chance; the new model is then not used."
        )
    return " ".join(sentences)
