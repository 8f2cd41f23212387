"""The versions of Airflow that the DAG runs on, each with the package versions of MWAA's image for it."""

from __future__ import annotations

from pathlib import Path

from infra.paths import ROOT

#: The version that MWAA is deployed with. The local stack and the tests run in the virtual environment of this version.
DEFAULT = "3.2.1"
VERSIONS = ("3.0.6", DEFAULT, "3.3.1")
#: Those of the versions above that MWAA offers. MWAA's image for 3.3.1 is published, but the guide does not list it.
#: Source: Amazon MWAA User Guide, "Apache Airflow versions on Amazon MWAA", May 2026.
OFFERED = ("3.0.6", DEFAULT)


def environment(version: str) -> Path:
    """Return the folder of a version's virtual environment, which `make` installs."""
    return ROOT / ".local" / "venvs" / ("airflow" if version == DEFAULT else f"airflow-{version}")
