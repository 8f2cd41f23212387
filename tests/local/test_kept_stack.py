"""What `make up` keeps of the last stack, and what `make down` says."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local import __main__, airflow_history, processes
from local.airflow import Airflow
from local.errors import StackError
from local.stack import Stack
from tests.support.airflow_metadata import execute, rows

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Yield the folder of a stack, and end its processes after the test."""
    yield tmp_path
    processes.end(tmp_path)


def test_airflows_database_stays_and_its_version_is_noted(state: Path) -> None:
    airflow = _prepared(state)
    assert airflow_history.version(airflow.home) == "3.2.1"
    execute(airflow, "INSERT INTO slot_pool (pool, slots, include_deferred) VALUES ('the history', 1, false)")
    pools = "SELECT pool FROM slot_pool WHERE pool = 'the history'"
    assert rows(_prepared(state, kept=True), pools) == [("the history",)]
    assert rows(_prepared(state), pools) == []


def _prepared(state: Path, *, kept: bool = False) -> Airflow:
    """Return an Airflow with a running database and nothing else, after the end of an earlier one."""
    processes.end(state)
    airflow = Airflow(state, NOWHERE, version="3.2.1", kept=kept)
    airflow.prepare()
    return airflow


def test_a_history_of_another_version_is_refused_and_stays(tmp_path: Path) -> None:
    home = tmp_path / "airflow"
    home.mkdir()
    airflow_history.begin(home, "3.0.6")
    with pytest.raises(StackError, match=r"of Airflow 3\.0\.6\. .*AIRFLOW=3\.0\.6.*AIRFLOW=3\.2\.1 FRESH=1"):
        Stack(tmp_path, version="3.2.1", kept=True).start()
    assert airflow_history.version(home) == "3.0.6"


@pytest.fixture
def up_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stack of `make up`, which starts nothing."""
    state = tmp_path / ".local" / "up"
    state.mkdir(parents=True)
    monkeypatch.setattr(__main__, "LOCAL", state.parent)
    monkeypatch.setattr(__main__, "UP_STATE", state)
    monkeypatch.setattr(__main__, "ENV_FILE", state.parent / "env")
    return state


class Started(Exception):
    """Raised when a stack starts."""


@pytest.mark.parametrize(("fresh", "is_left"), [("", True), ("1", False)])
def test_up_keeps_the_state_unless_it_begins_anew(
    up_state: Path, monkeypatch: pytest.MonkeyPatch, fresh: str, *, is_left: bool
) -> None:
    def start(stack: Stack) -> None:
        assert stack.state == up_state
        raise Started

    monkeypatch.setenv("FRESH", fresh)
    monkeypatch.setattr(Stack, "start", start)
    (up_state / "bucket").mkdir()
    with pytest.raises(Started):
        __main__.up(Console(file=StringIO()))
    assert (up_state / "bucket").exists() == is_left


def test_down_says_what_is_kept_and_what_is_discarded(up_state: Path, tmp_path: Path) -> None:
    printed = StringIO()
    __main__.down(Console(file=printed))
    assert printed.getvalue() == ""  # nothing was running
    processes.start(["sleep", "60"], env={}, cwd=tmp_path, log=tmp_path / "log", state=up_state)
    __main__.down(Console(file=printed, width=1000))
    assert ".local/up keeps the bucket and Airflow's history" in printed.getvalue()
    assert "Discarded: earlier versions of objects" in printed.getvalue()
    assert not processes.running(up_state)
