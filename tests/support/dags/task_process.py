"""The command `python -m tests.support.dags.task_process TASK`, which runs one task of the DAG in its own process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local.paths import ROOT
from tests.support.dags.dag_tasks import run_task


def run_in_process(task: str) -> int:
    """Run a task of the DAG in a process of its own, with the environment of this process.

    Returns:
        The exit code of the process, which is -9 if the process was killed.
    """
    command = [sys.executable, "-m", "tests.support.dags.task_process", task]
    # A process group of its own: the stand-in kills no process of its own group.
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "dags")}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    return process.wait(timeout=300)


def main(task: str) -> None:
    """Run a task of the DAG in this process."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        run_task(task, monkeypatch)


if __name__ == "__main__":
    main(sys.argv[1])
