"""The DAG files in each version of Airflow: they load without errors, warnings or network, and fast."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.airflow import DAG_ID, Airflow
from local.paths import ROOT
from tests.support.airflow_metadata import rows

LOADER = ROOT / "infra" / "mwaa" / "load_dags.py"
DAG_FILE = ROOT / "dags" / "transcribe_audio.py"
TEACH_FILE = ROOT / "dags" / "teach_model.py"
EVALUATE_FILE = ROOT / "dags" / "evaluate_models.py"
TEACH = {"AIRFLOW__TRANSCRIPTION__TEACH_JOB_DEFINITION": "teach"}


def load(airflow: Airflow, file: Path, **variables: str) -> dict[str, Any]:
    """Return what the loader prints about a DAG file, with further environment variables."""
    command, environment = [airflow.python, "-P", LOADER, file], {**airflow.environment, **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.fixture(scope="module", params=[DAG_FILE, TEACH_FILE, EVALUATE_FILE], ids=lambda file: str(file.stem))
def loaded(airflow: Airflow, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the loader prints about a DAG file in a deployment that teaches."""
    return {"file": request.param, **load(airflow, request.param, **TEACH)}


def test_it_loads_without_a_network(loaded: dict[str, Any]) -> None:
    assert loaded["errors"] == {}
    assert loaded["dags"] == [loaded["file"].stem]
    assert loaded["refused"] == []


def test_it_loads_in_under_a_second(loaded: dict[str, Any]) -> None:
    assert loaded["seconds"] < 1


def test_it_causes_no_warning(loaded: dict[str, Any]) -> None:
    """A later version removes what is deprecated, and Airflow repeats the warning in the log of every task."""
    assert loaded["warnings"] == {}


def test_a_deployment_that_does_not_teach_has_no_dag_for_it(airflow: Airflow) -> None:
    outcome = load(airflow, TEACH_FILE)
    assert (outcome["errors"], outcome["warnings"], outcome["dags"]) == ({}, {}, [])


def test_airflow_lists_no_import_errors(airflow: Airflow) -> None:
    parsed = airflow.command("dag-processor", "--num-runs", "1")
    assert parsed.returncode == 0, parsed.stderr
    errors = airflow.command("dags", "list-import-errors", "--output", "json")
    assert errors.returncode == 0, errors.stdout
    assert errors.stdout.splitlines()[-1] == "[]"
    assert rows(airflow, "SELECT dag_id FROM dag") == [(DAG_ID,)]


def test_it_loads_with_runs_after_uploads(airflow: Airflow) -> None:
    queue = {"AIRFLOW__TRANSCRIPTION__UPLOAD_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/uploads"}
    outcome = load(airflow, DAG_FILE, **queue)
    assert (outcome["errors"], outcome["refused"], outcome["dags"]) == ({}, [], [DAG_ID])
