"""Make the order of a run once: check what was asked for, and freeze the order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from transcription.order.order_store import OrderStore, RunOrder
from transcription.plan.request_reader import refuse_backfill
from transcription.shared import run_folder
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin

log = logging.getLogger(__name__)


def find_or_make_order[Order: RunOrder](
    bucket: Bucket, context: Any, store: OrderStore[Order, Any], make: Callable[[str], tuple[Order, str]]
) -> Order:
    """Return the run's order. If the run has none yet, make the order, log its description and freeze it.

    Args:
        bucket: the audio bucket.
        context: the context of the task.
        store: the orders of this kind of run.
        make: checks the request, and returns the order for a run's name and its description in sentences.

    Raises:
        OptionInvalid: the run is a backfill.
    """
    refuse_backfill(context["dag_run"].run_type)
    run = run_folder.choose_run(bucket, context)
    if order := store.find_order(bucket, run):
        log.info("This run keeps its order of %s.", order.created)
        return order
    order, description = make(run)
    log.info("%s", description)
    run_folder.write_origin(bucket, run, Origin.of(context))
    return store.freeze(bucket, order)
