"""The supervisor of Airflow's components."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import supervisor
from local.supervisor import Supervisor
from tests.support.pipeline.waiting import until


def command(starts: Path, ending: str) -> list[str]:
    """Return a command that adds a line to the file `starts`, then executes `ending`, where `n` counts the lines."""
    program = f"""
import sys
starts = open({str(starts)!r}, "a+")
print("started", file=starts, flush=True)
starts.seek(0)
n = len(starts.readlines())
{ending}
"""
    return [sys.executable, "-c", program]


def test_a_component_that_fails_is_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    assert Supervisor(command(starts, "sys.exit(n < 3)"), shortest_life=0).run() == 0
    assert starts.read_text() == "started\n" * 3


def test_a_component_that_ends_without_an_error_is_not_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    assert Supervisor(command(starts, "sys.exit(0)"), shortest_life=0).run() == 0
    assert starts.read_text() == "started\n"


def test_a_component_that_fails_at_once_is_not_started_again(tmp_path: Path) -> None:
    """Whoever waits for its start gets its error."""
    starts = tmp_path / "starts"
    assert Supervisor(command(starts, "sys.exit(7)"), shortest_life=60).run() == 7
    assert starts.read_text() == "started\n"


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield a supervisor, and the process id of its component, which waits for ever."""
    starts = tmp_path / "starts"
    waits = f"import os, signal; open({str(tmp_path / 'pid')!r}, 'w').write(f'{{os.getpid()}}\\n'); signal.pause()"
    process = subprocess.Popen([sys.executable, "-I", supervisor.__file__, *command(starts, waits)])
    pid_file = tmp_path / "pid"
    pid = int(until("the component", lambda: pid_file.exists() and pid_file.read_text().strip()))
    yield process, pid
    process.kill()
    process.wait()


def test_the_end_of_the_supervisor_ends_its_component(waiting: tuple[subprocess.Popen[bytes], int]) -> None:
    process, pid = waiting
    process.terminate()
    assert process.wait(timeout=30) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
