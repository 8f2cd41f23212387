"""The start of a run from a page: for the files below a prefix, with a model."""

from __future__ import annotations

import inspect
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.exceptions import AirflowException  # type: ignore[attr-defined]  # not exported explicitly
from airflow.utils.types import DagRunTriggeredByType

from transcript_pages.access import DAG_ID
from transcript_pages.audio_bucket import AudioBucket
from transcription.contract import keys


class RunNotStarted(Exception):
    """Raised when Airflow does not start a run. The message says why."""


def models(bucket: AudioBucket) -> list[str]:
    """Return the names of the models in the bucket, up to 1,000, with one request."""
    page = bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=keys.MODELS_FOLDER, Delimiter="/")
    folders = [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    return [folder.removeprefix(keys.MODELS_FOLDER).removesuffix("/") for folder in folders]


def start_run(user_name: str, prefix: str, model: str) -> str:
    """Start a run of the DAG, as the trigger form does, and return its id.

    Args:
        user_name: the name of the user, which Airflow shows beside the run since 3.1.
        prefix: the start of the names of the files, below `input/`; empty: all files.
        model: the name of a model; empty: that of scheduled runs.

    Raises:
        RunNotStarted: Airflow has no such DAG, or refuses the run.
    """
    conf = {name: value for name, value in {"prefix": prefix, "model": model}.items() if value}
    options: dict[str, Any] = {}
    if "triggering_user_name" in inspect.signature(trigger_dag).parameters:
        options["triggering_user_name"] = user_name
    try:
        run = trigger_dag(DAG_ID, triggered_by=DagRunTriggeredByType.UI, conf=conf, **options)
    except (AirflowException, ValueError) as error:
        raise RunNotStarted(f"Airflow did not start the run: {error}") from error
    if run is None:
        raise RunNotStarted("Airflow did not start the run.")
    return str(run.run_id)
