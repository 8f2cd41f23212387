"""The checks of what a run of the smoke test left: its state, the transcript, the report and the asset event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.check_result import Result, State, failed, ok
from infra.smoke.airflow_api import AirflowApi
from infra.smoke.smoke_run import DAG, SmokeRun
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name


def check_state(run: SmokeRun, tasks: Mapping[str, str]) -> Result:
    """Check that the run is green."""
    red = [task for task, state in tasks.items() if state == "failed"]
    if run.state == "success":
        return ok("run", f"{run.run_id} is green")
    advice = f"Read the log of the first of these tasks in Airflow, DAG {DAG}."
    return failed("run", f"{run.run_id} is red in {', '.join(red) or 'no task'}", advice)


def check_transcript(s3: Any, bucket: str, run: SmokeRun, expected: str) -> Result:
    """Compare the transcript with the words of the clip.

    The demo model hears them all. Another model may spell some words differently, so the check only warns if some
    words differ, and fails if all do.
    """
    text = _read(s3, bucket, keys.transcript(run.name))
    if text is None:
        return failed("transcript", "there is none", "The run's report says why, and its tasks' logs.")
    heard, words = text.split(), expected.split()
    if heard == words:
        return ok("transcript", f"“{expected}”")
    if set(heard) & set(words):
        advice = "Right if the model is not the demo model; listen to the clip and compare."
        return Result("transcript", State.WARNING, f"“{' '.join(heard)}” instead of “{expected}”", advice)
    advice = "Check which model the run used: it is in the JSON of the transcript."
    return failed("transcript", f"“{' '.join(heard)}” has no word of “{expected}”", advice)


def check_moved(s3: Any, bucket: str, run: SmokeRun, key: str) -> Result:
    """Check that the clip was moved from `input/` to `processed/`."""
    if _read(s3, bucket, keys.processed(key)) is None:
        return failed("clip", f"there is no {keys.processed(key)}", "The log of move_to_processed says why.")
    if _read(s3, bucket, key) is not None:
        return failed("clip", f"{key} is still there", "The log of move_to_processed says why.")
    return ok("clip", f"moved to {keys.processed(key)}")


def check_report(s3: Any, bucket: str, run: SmokeRun) -> Result:
    """Check that the report counts one transcribed file."""
    text = _read(s3, bucket, RunKeys(run_name(run.run_id)).report)
    if text is None:
        return failed("report", "there is none", "The log of the task report says why.")
    count = json.loads(text)["transcribed"]
    if count != 1:
        return failed("report", f"it counts {count} transcribed files instead of 1", "Read report.json of the run.")
    return ok("report", "1 file transcribed")


def check_asset_event(airflow: AirflowApi, run: SmokeRun) -> Result:
    """Check that other DAGs were told about the transcripts."""
    query = {"source_dag_id": DAG, "source_run_id": run.run_id}
    events = airflow.call("GET", "/assets/events", query=query)["asset_events"]
    if not events:
        return failed("asset event", "the run has none", "DAGs that follow the transcripts do not start.")
    return ok("asset event", f"{len(events)} of the run")


def _read(s3: Any, bucket: str, key: str) -> str | None:
    """Return the text of an object, or None if there is no such object. Bytes that are no text are replaced."""
    try:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    return body.decode(errors="replace")
