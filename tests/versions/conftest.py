"""Each supported version of Airflow in an environment of its own: installed only, or running as a whole stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.mwaa import airflow_versions
from local.airflow import Airflow
from local.aws_client import isolate
from local.stack import Stack

isolate()

#: An address at which nothing listens.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module", params=airflow_versions.VERSIONS)
def airflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """An Airflow with a database and without running components."""
    airflow = Airflow(tmp_path_factory.mktemp("airflow"), NOWHERE, version=request.param)
    airflow.prepare()
    return airflow


@pytest.fixture(
    scope="module", params=[version for version in airflow_versions.VERSIONS if version != airflow_versions.DEFAULT]
)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with `max_children` set to 3, of each version except the one that all other tests use."""
    with Stack(tmp_path_factory.mktemp("stack"), version=request.param, settings={"max_children": "3"}) as running:
        yield running
