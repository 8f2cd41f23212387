"""The files of the DAGs that deployments with a job definition for them have: `teach_model` and `evaluate_models`."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

_DAGS = Path(__file__).resolve().parents[3] / "dags"


def load_dag_file(monkeypatch: pytest.MonkeyPatch, name: str, **settings: str) -> dict[str, Any]:
    """Load a DAG file, and return its names.

    Args:
        monkeypatch: pytest's fixture.
        name: the name of the DAG.
        settings: settings of the deployment, which has a job definition unless this says otherwise.
    """
    for option, value in {"teach_job_definition": "teach", **settings}.items():
        monkeypatch.setenv(f"AIRFLOW__TRANSCRIPTION__{option.upper()}", value)
    return runpy.run_path(str(_DAGS / f"{name}.py"))
