"""The versions of Airflow that the DAG runs on, each under the pins of MWAA's image for it."""

from __future__ import annotations

from pathlib import Path

from infra.paths import ROOT

#: The version that MWAA is deployed with. The stack and the tests run in its environment too.
DEFAULT = "3.2.1"
VERSIONS = ("3.0.6", DEFAULT, "3.3.1")


def environment(version: str) -> Path:
    """The virtual environment of a version, which `make` installs."""
    return ROOT / ".local" / "venvs" / ("airflow" if version == DEFAULT else f"airflow-{version}")
