"""Airflow in a process of tests: it has a home of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def test_airflow_has_a_database_that_no_other_process_of_tests_uses() -> None:
    settings = pytest.importorskip("airflow.settings", reason="this environment has no Airflow")
    assert Path(settings.engine.url.database).parent == Path(os.environ["AIRFLOW_HOME"])
