"""`python -m local demo|up|down`: the commands behind `make demo`, `make up` and `make down`.

Names of folders come from the environment variables AUDIO, OUT and MODEL and not from the command line, so that no
shell interprets them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from rich.console import Console

from infra.mwaa import airflow_versions
from local import processes
from local.command_line import run_command
from local.demo import run_demo
from local.errors import StackError
from local.paths import DEMO_CLIPS, LOCAL
from local.resources import TEACH_JOB_DEFINITION, can_teach
from local.stack import Stack

UP_STATE = LOCAL / "up"
DEMO_STATE = LOCAL / "demo"
ENV_FILE = LOCAL / "env"


def demo(console: Console) -> None:
    """Transcribe the recordings in the folder AUDIO (by default the demo clips), and save the results in folder OUT.

    Raises:
        StackError: Another demo runs in this clone, a folder cannot be used, or the stack or the run failed.
    """
    audio = Path(os.environ.get("AUDIO") or DEMO_CLIPS)
    model = os.environ.get("MODEL")
    out = Path(os.environ.get("OUT") or DEMO_STATE / "bucket")
    if processes.running(DEMO_STATE):
        raise StackError("A demo is running in this clone already. Wait for its end, or use another clone.")
    stack = Stack(DEMO_STATE, _runner(), version=_version())
    if not os.environ.get("OUT"):
        shutil.rmtree(out, ignore_errors=True)
    run_demo(stack, audio, out, Path(model) if model else None, console)


def up(console: Console) -> None:
    """Start the local stack and leave it running. It continues with the bucket and the history of the last one.

    Raises:
        StackError: The stack is running already, or did not start.
    """
    if processes.running(UP_STATE):
        raise StackError(f"The stack is up already: see {ENV_FILE}. `make down` stops it.")
    if os.environ.get("FRESH"):
        shutil.rmtree(UP_STATE, ignore_errors=True)
    # The DAG `teach_model` exists where the trainer is installed. Its image takes minutes to build.
    teaching = {"teach_job_definition": TEACH_JOB_DEFINITION} if can_teach() else {}
    stack = Stack(UP_STATE, _runner(), version=_version(), scheduled=True, kept=True, triggerer=True, settings=teaching)
    stack.start()
    ENV_FILE.touch(mode=0o600)
    ENV_FILE.write_text(stack.addresses.shell())
    console.print(
        f"Airflow:  {stack.addresses.airflow_url}   user {stack.addresses.airflow_user}, "
        f"password {stack.addresses.airflow_password}\n"
        f"Bucket:   s3://{stack.addresses.bucket} at {stack.addresses.endpoint}\n"
        f"For the shell:  source {ENV_FILE.relative_to(LOCAL.parent)}\nStop it with: make down",
        soft_wrap=True,
        markup=False,
    )


def down(console: Console) -> None:
    """Stop the stack that `up` started, if it is running, and say what it keeps and what it discards."""
    was_running = bool(processes.running(UP_STATE))
    processes.end(UP_STATE)
    ENV_FILE.unlink(missing_ok=True)
    if was_running:
        console.print(
            f"The stack has ended. {UP_STATE.relative_to(LOCAL.parent)} keeps the bucket and Airflow's history; "
            "`make up` continues with them, and `make up FRESH=1` deletes them first.\n"
            "Discarded: earlier versions of objects, unfinished uploads, Batch jobs, and Airflow's password.",
            soft_wrap=True,
            markup=False,
        )


def _runner() -> str:
    return os.environ.get("RUNNER") or "process"


def _version() -> str:
    return os.environ.get("AIRFLOW") or airflow_versions.DEFAULT


def main() -> int:
    """Run the command that the command line names.

    Returns:
        The exit code.
    """
    commands = {"demo": demo, "up": up, "down": down}
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("command", choices=commands)
    return run_command(commands[parser.parse_args().command])


if __name__ == "__main__":
    sys.exit(main())
