"""Fixtures of the tests of the task `transcribe`: plans, and the event that interrupts the task."""

from __future__ import annotations

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import freeze, upload_all
from transcription.contract.manifest import Plan
from transcription.transcribe.job_operator import JobOperator


@pytest.fixture(autouse=True)
def interruption(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    """Return a new event for `on_kill` to set. In Airflow, each task has its own process, but all tests share one."""
    interruption = Impatient()
    monkeypatch.setattr(JobOperator, "_interrupted", interruption)
    return interruption


@pytest.fixture
def small(deployment: AirflowDeployment) -> Plan:
    """Freeze and return a plan with one file for one child."""
    return freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))


@pytest.fixture
def plan(deployment: AirflowDeployment) -> Plan:
    """Freeze and return a plan with three files for two children."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    return freeze(deployment.bucket, items[:2], items[2:])
