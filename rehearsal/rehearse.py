"""The steps of a rehearsal in their order, from the bootstrap of the account to the end of its deployments."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from rehearsal.checks import check, check_destroyed, check_plugin_update, check_plugins, check_run, check_smoke_test
from rehearsal.rehearsal import Rehearsal
from standin.execution.container_engine import find_engine


def rehearse(state: Path, console: Console) -> None:
    """Create two deployments in one account, transcribe with the first, change a plugin, and destroy both.

    Args:
        state: Folder for all files. It is emptied first.
        console: Receives a line for each step.

    Raises:
        StackError: A step or a check failed. The message says which.
    """
    runner = "container" if find_engine() else "process"
    if runner == "process":
        console.print("Neither docker nor podman answers: no image is built, and jobs run as processes.")
    started = time.monotonic()
    with Rehearsal(state, runner, console) as rehearsal:
        with rehearsal.step("cdk bootstrap"):
            rehearsal.cdk.bootstrap()
        first = rehearsal.deploy("first")
        second = rehearsal.deploy("second")
        with rehearsal.airflow(first) as airflow:
            check_plugins(airflow)
            run = rehearsal.transcribe(first, airflow)
            keys_before = first.audio_bucket_keys()
            smoke_results = rehearsal.smoke_test(first, airflow)
        check_run(rehearsal, first, run)
        check_smoke_test(smoke_results)
        left = set(first.audio_bucket_keys()) ^ set(keys_before)
        check(not left, f"The smoke test left or removed objects: {', '.join(sorted(left))}.")
        check(not second.audio_bucket_keys(), "Audio of one deployment is in the other one's bucket.")
        check_plugin_update(rehearsal, first)
        check_destroyed(rehearsal, first)
        is_available = second.environment()["Status"] == "AVAILABLE"
        check(is_available, "Destroying one deployment damaged the other one.")
        rehearsal.destroy("second")
    console.print(f"All of it took {time.monotonic() - started:.0f} s. Logs: {state / 'logs'}", soft_wrap=True)
