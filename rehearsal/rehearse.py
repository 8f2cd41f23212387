"""The steps of a rehearsal in their order, from the bootstrap of the account to the end of its deployments."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from rehearsal.checks import (
    check,
    check_destroyed,
    check_own_airflow,
    check_plugin_update,
    check_plugins,
    check_run,
    check_smoke_test,
)
from rehearsal.own_airflow_deployment import OwnAirflowDeployment
from rehearsal.rehearsal import Rehearsal
from rehearsal.team_airflow import TeamAirflow
from standin.execution.container_engine import find_engine


def rehearse(state: Path, console: Console) -> None:
    """Create two deployments in one account, transcribe with both, change a plugin of one, and destroy both.

    The first one creates an Airflow. The second one uses the MWAA environment of a team, which has a DAG already.

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
        team = TeamAirflow(first.client, "team")
        team.create()
        rehearsal.deploy("second", team.settings())
        second = OwnAirflowDeployment("second", rehearsal.endpoint, team.role)
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
        # Destroying one deployment must not damage the other one.
        check_own_airflow(rehearsal, second, team)
    console.print(f"All of it took {time.monotonic() - started:.0f} s. Logs: {state / 'logs'}", soft_wrap=True)
