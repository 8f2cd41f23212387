"""Fixtures with each supported version of Airflow: an installed Airflow, and a running local stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.mwaa import airflow_versions
from local import processes
from local.airflow import Airflow
from local.aws_client import isolate
from local.stack import Stack

isolate()

#: An address at which nothing listens.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module", params=airflow_versions.VERSIONS)
def airflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """Yield an Airflow of each version, with a database and without running components."""
    state = tmp_path_factory.mktemp("airflow")
    airflow = Airflow(state, NOWHERE, version=request.param)
    airflow.prepare()
    yield airflow
    processes.end(state)


@pytest.fixture(
    scope="module", params=[version for version in airflow_versions.VERSIONS if version != airflow_versions.DEFAULT]
)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a running local stack of each version except the default, which all other tests use.

    Its setting `max_children` is 3.
    """
    with Stack(tmp_path_factory.mktemp("stack"), version=request.param, settings={"max_children": "3"}) as running:
        yield running
