"""The DAG as Airflow loads it: what people see in the UI, and what keeps a quiet night free."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import TimeRestriction

from transcribe_audio import dag_of_transcription
from transcription.contract import keys

DAGS = Path(__file__).resolve().parents[2] / "dags"
FLOW = ["wait_for_audio", "plan", "transcribe", "verify_transcripts", "move_to_processed", "report"]


@pytest.fixture
def dag() -> Any:
    return dag_of_transcription


def test_the_flow_is_the_one_of_the_readme(dag: Any) -> None:
    order = [dag.get_task(name) for name in FLOW]
    assert set(dag.task_ids) == set(FLOW)
    for earlier, later in pairwise(order):
        assert later.upstream_task_ids == {earlier.task_id}


def test_it_runs_at_one_at_night_utc_once_and_never_twice_at_a_time(dag: Any) -> None:
    timetable = coerce_to_core_timetable(dag.timetable)
    now = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    # New at five past one, it waits for the next night; with a start date or by default Airflow would begin at once.
    with time_machine.travel(now, tick=False):
        first = timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup),
        )
    assert first.run_after == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert dag.max_active_runs == 1


def test_people_find_an_explanation_in_the_ui(dag: Any) -> None:
    assert all(f"`{name}`" in dag.doc_md for name in FLOW)
    for name in ("model", "beam_width"):
        assert dag.params.get_param(name).description


def test_no_audio_is_a_skip_and_a_missing_bucket_is_not(dag: Any) -> None:
    sensor = dag.get_task("wait_for_audio")
    # A deferred sensor with soft_fail turns denied access into a skip (apache/airflow#71255).
    assert (sensor.soft_fail, sensor.deferrable, sensor.timeout) == (True, False, 0)
    assert sensor.bucket_key == keys.AUDIO_PATTERN


def test_loading_the_dag_needs_no_network_and_no_deployment() -> None:
    """It used to call AWS at import: a slip there takes the DAG out of the UI."""
    block = "import socket\ndef no(*a, **k): raise OSError('network')\nsocket.socket.connect = no\n"
    code = f"{block}import transcribe_audio"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW__TR"))}
    environment["PYTHONPATH"] = str(DAGS)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
