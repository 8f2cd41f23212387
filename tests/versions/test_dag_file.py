"""The DAG file in each version of Airflow: it loads without errors, warnings or network, and fast."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from local.airflow import DAG_ID, Airflow
from local.paths import ROOT
from tests.support.airflow_metadata import rows

LOADER = ROOT / "infra" / "mwaa" / "load_dags.py"
DAG_FILE = ROOT / "dags" / "transcribe_audio.py"


@pytest.fixture(scope="module")
def loaded(airflow: Airflow) -> dict[str, Any]:
    """What the loader prints about the DAG file."""
    done = subprocess.run(
        [airflow.python, "-P", LOADER, DAG_FILE], env=airflow.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def test_it_loads_without_a_network(loaded: dict[str, Any]) -> None:
    assert loaded["errors"] == {}
    assert loaded["dags"] == [DAG_ID]
    assert loaded["refused"] == []


def test_it_loads_in_under_a_second(loaded: dict[str, Any]) -> None:
    assert loaded["seconds"] < 1


def test_it_causes_no_warning(loaded: dict[str, Any]) -> None:
    """A later version removes what is deprecated, and Airflow repeats the warning in the log of every task."""
    assert loaded["warnings"] == {}


def test_airflow_lists_no_import_errors(airflow: Airflow) -> None:
    parsed = airflow.command("dag-processor", "--num-runs", "1")
    assert parsed.returncode == 0, parsed.stderr
    errors = airflow.command("dags", "list-import-errors", "--output", "json")
    assert errors.returncode == 0, errors.stdout
    assert errors.stdout.splitlines()[-1] == "[]"
    assert rows(airflow, "SELECT dag_id FROM dag") == [(DAG_ID,)]


def test_it_loads_with_runs_after_uploads(airflow: Airflow) -> None:
    queue = {"AIRFLOW__TRANSCRIPTION__UPLOAD_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/uploads"}
    command = [airflow.python, "-P", LOADER, DAG_FILE]
    done = subprocess.run(command, env={**airflow.environment, **queue}, capture_output=True, text=True, check=False)
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert (outcome["errors"], outcome["refused"], outcome["dags"]) == ({}, [], [DAG_ID])
