"""One whole run on each S3 server: `airflow dags test` with the DAG, the stand-in's Batch, and real children."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from local import child_logs, processes
from local.airflow import DAG_ID, Airflow
from local.resources import create_resources
from local.runs import Run
from local.stack import start_aws
from tests.support.airflow_metadata import rows
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS, NOISE, SILENCE
from tests.support.s3_differences import SERVERS
from tests.support.s3_servers import S3Server

NAMES = ("a.wav", "a b#1.wav", "x/it's 100%.WAV", "x/y/Grüße 🎤.wav", "z+z;.wav", "$HOME.wav", "<&>.wav", "\uff21.wav")


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the folder of a local stack, and end the processes of the stack after the test.

    Its name is short, because children create sockets in it, whose paths have at most 107 bytes.
    """
    folder = tmp_path_factory.mktemp("stack")
    yield folder
    processes.end(folder)


def read_run(airflow: Airflow) -> Run:
    """Return the only run of an Airflow."""
    ((run_id, run_state),) = rows(airflow, "SELECT run_id, state FROM dag_run")
    tasks = dict(rows(airflow, "SELECT task_id, state FROM task_instance"))
    return Run(run_id, run_state, tasks)


@pytest.mark.parametrize("name", SERVERS)
def test_every_upload_is_transcribed_and_moved(state: Path, s3_server: Callable[[str], S3Server], name: str) -> None:
    endpoint, server = start_aws(state), s3_server(name)
    create_resources(endpoint, container=False, s3_environment=server.environment)
    airflow = Airflow(state, endpoint, settings={"max_children": "2"})
    airflow.environment.update(server.environment)
    airflow.prepare()
    stack: Any = SimpleNamespace(addresses=SimpleNamespace(endpoint=endpoint), airflow=airflow)
    pipeline = Pipeline(stack)
    pipeline.s3 = server.client
    pipeline.upload_recordings(dict(zip(NAMES, CLIPS, strict=True)))
    pipeline.upload_recordings({"silence.wav": SILENCE, "noise.wav": NOISE})

    done = airflow.command("dags", "test", DAG_ID)
    run = read_run(airflow)
    assert run.state == "success", "\n".join([done.stdout[-5000:], done.stderr[-5000:], *child_logs.last_lines(state)])
    final = FinalState.read(pipeline, run)
    final.check(jobs=[2], failed={"noise.wav"})
    assert len(final.documents) == len(NAMES) + 1
    assert "s3" not in httpx.get(f"{endpoint}/_calls").raise_for_status().json()
