"""Plans and the interruption event for the tests of the task `transcribe`."""

from __future__ import annotations

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment, Impatient
from tests.support.dags.bucket_objects import freeze, upload_all
from transcription.contract.manifest import Plan
from transcription.transcribe.transcribe_operator import TranscribeOperator


@pytest.fixture(autouse=True)
def interruption(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    """The event that `on_kill` sets. Each task has a process of its own, but all tests share one."""
    interruption = Impatient()
    monkeypatch.setattr(TranscribeOperator, "_interrupted", interruption)
    return interruption


@pytest.fixture
def small(deployment: AirflowDeployment) -> Plan:
    """A plan with one file for one child."""
    return freeze(deployment.bucket, upload_all(deployment.bucket, "input/a.wav"))


@pytest.fixture
def plan(deployment: AirflowDeployment) -> Plan:
    """A plan with three files for two children."""
    items = upload_all(deployment.bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    return freeze(deployment.bucket, items[:2], items[2:])
