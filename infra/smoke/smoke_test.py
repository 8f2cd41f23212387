"""The smoke test: a clip is transcribed by the deployment, every part is checked, and everything is removed again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.check_result import Result, failed, ok
from infra.paths import ROOT
from infra.smoke import run_checks
from infra.smoke.airflow_api import AirflowApi
from infra.smoke.alert_check import check_alert
from infra.smoke.deployed import Deployed
from infra.smoke.errors import AirflowRefused, RunTooLong
from infra.smoke.smoke_run import SmokeRun

_CLIPS = ROOT / "transcriber_image" / "demo_model" / "clips"
_CLIP = "open-window-please.wav"


def smoke_test(client: Callable[[str], Any], deployed: Deployed, airflow: AirflowApi, limit: float) -> Iterator[Result]:
    """Yield the result of each check as soon as it is known, and remove what the test made at the end.

    Args:
        client: Returns the boto3 client of a service.
        deployed: The deployment.
        airflow: Airflow's REST API.
        limit: How long the run may take, in seconds.
    """
    identifier = f"smoke-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    run = SmokeRun(client("s3"), airflow, deployed.bucket, identifier)
    try:
        yield from _checked_run(client, deployed, airflow, run, limit)
        yield check_alert(client, deployed)
    finally:
        left = run.remove()
    if left:
        yield failed("removed", f"left: {'; '.join(left)}", "Remove it by hand.")
    else:
        yield ok("removed", "the clip, its transcripts, the records of the run, and the run in Airflow")


def _checked_run(
    client: Callable[[str], Any], deployed: Deployed, airflow: AirflowApi, run: SmokeRun, limit: float
) -> Iterator[Result]:
    """Transcribe the clip, and yield what came of it."""
    s3 = client("s3")
    expected = str(json.loads((_CLIPS / "transcripts.json").read_text())[_CLIP])
    key = run.upload(Path(_CLIPS / _CLIP))
    yield ok("upload", f"s3://{deployed.bucket}/{key}")
    try:
        run.trigger()
        yield ok("trigger", run.run_id)
        tasks = run.wait(limit)
    except (AirflowRefused, RunTooLong) as error:
        yield failed("run", str(error), "docs/troubleshooting.md lists causes.")
        return
    yield run_checks.check_state(run, tasks)
    yield run_checks.check_transcript(s3, deployed.bucket, run, expected)
    yield run_checks.check_moved(s3, deployed.bucket, run, key)
    yield run_checks.check_report(s3, deployed.bucket, run)
    yield run_checks.check_asset_event(airflow, run)
