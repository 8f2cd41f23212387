"""The checks of the rehearsal: of a run, of an update of a plugin, and of a destroyed deployment.

Each function raises StackError if a check fails. The message says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from infra.check_result import Result, State
from local import child_logs, runs
from local.airflow import Airflow
from local.errors import StackError
from local.paths import DEMO_CLIPS
from rehearsal.own_airflow_deployment import OwnAirflowDeployment
from rehearsal.rehearsal import Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment
from rehearsal.team_airflow import TeamAirflow
from transcription.contract import keys


def check(is_right: bool, *message: str) -> None:
    """Raise an error with the lines `message` unless `is_right` is true.

    Raises:
        StackError: `is_right` is false.
    """
    if not is_right:
        raise StackError("\n".join(message))


def check_plugins(airflow: Airflow) -> None:
    """Check that Airflow has loaded the deployed plugin."""
    with airflow.client() as client:
        names = [plugin["name"] for plugin in client.get("/plugins").raise_for_status().json()["plugins"]]
    check("transcripts" in names, f"Airflow does not load the deployed plugin; it has {names}.")


def check_run(rehearsal: Rehearsal, deployment: RehearsedDeployment, run: runs.Run) -> None:
    """Check that the run succeeded, IAM refused no request, and each clip was transcribed correctly and moved."""
    red = [task for task, state in run.tasks.items() if state == "failed"]
    refusals = rehearsal.refused_requests()
    check(
        run.state == "success",
        f"The run is red in {', '.join(red)}.",
        *refusals,
        *child_logs.last_lines(rehearsal.state),
    )
    check(not refusals, "The run is green, but IAM refused requests.", *refusals)
    expected_transcripts = json.loads((DEMO_CLIPS / "transcripts.json").read_text())
    for name, words in expected_transcripts.items():
        key = keys.transcript(name.removesuffix(".wav"))
        text = deployment.s3.get_object(Bucket=deployment.bucket, Key=key)["Body"].read().decode()
        check(text == f"{words}\n", f"{name} says {words!r}, and its transcript {text!r}.")
    bucket_keys = set(deployment.audio_bucket_keys())
    processed = {f"{keys.PROCESSED_FOLDER}{name}" for name in expected_transcripts}
    check(processed <= bucket_keys, f"Not moved: {', '.join(sorted(processed - bucket_keys))}.")
    check(not any(key.startswith(keys.INPUT_FOLDER) for key in bucket_keys), "Audio is left in input/.")


def check_smoke_test(results: Sequence[Result]) -> None:
    """Check that the smoke test passed, apart from the mail: in the rehearsal, nobody subscribes to the topic."""
    expected = {result.check: State.OK for result in results} | {"alert": State.WARNING}
    lines = [f"{result.state.value} {result.check}: {result.text}" for result in results]
    check({result.check: result.state for result in results} == expected, "The smoke test failed.", *lines)
    check("nobody receives it" in next(result.text for result in results if result.check == "alert"), *lines)


def check_own_airflow(rehearsal: Rehearsal, deployment: OwnAirflowDeployment, team: TeamAirflow) -> None:
    """Prove a deployment with the Airflow of a team, and destroy it. Check that nothing of the team has changed.

    The policy of the deployment is the only one that the team's role has for the tasks.
    """
    refused_before = rehearsal.refused_requests()
    deployment.attach_policy()
    with rehearsal.airflow(deployment) as airflow:
        results = rehearsal.smoke_test(deployment, airflow)
        with airflow.client() as client:
            dags = {dag["dag_id"] for dag in client.get("/dags").raise_for_status().json()["dags"]}
    check_smoke_test(results)
    check(team.dag in dags, f"Airflow has lost the DAG of the team; it has {dags}.")
    refused = [line for line in rehearsal.refused_requests() if line not in refused_before]
    check(not refused, "IAM refused requests.", *refused)
    deployment.detach_policy()
    rehearsal.destroy(deployment.name)
    check(team.changes() == [], f"Something of the team has changed: {team.changes()}.")
    remaining = [entry for entry in deployment.remaining_resources() if entry != f"bucket {deployment.bucket}"]
    check(not remaining, f"Destroyed, but still there: {', '.join(remaining)}.")


def check_plugin_update(rehearsal: Rehearsal, deployment: RehearsedDeployment) -> None:
    """Change a plugin, deploy, and check that only the plugins have a new version."""
    before = deployment.state()
    plugin = rehearsal.checkout / "plugins" / "transcripts_plugin.py"
    plugin.write_text(f"{plugin.read_text()}\n# Changed by the rehearsal.\n")
    rehearsal.deploy(deployment.name)
    after = deployment.state()
    check(after.plugins != before.plugins, "A changed plugin was not deployed.")
    for part in ("dags", "requirements", "job_definition", "options"):
        check(
            getattr(after, part) == getattr(before, part),
            f"Only a plugin changed, but so did {part}: from {getattr(before, part)} to {getattr(after, part)}.",
        )


def check_destroyed(rehearsal: Rehearsal, deployment: RehearsedDeployment) -> None:
    """Destroy the deployment, and check that audio and transcripts remain, but no other resources."""
    before, bucket = deployment.audio_bucket_keys(), deployment.bucket
    rehearsal.destroy(deployment.name)
    check(deployment.audio_bucket_keys() == before, "Destroying the deployment deleted audio or transcripts.")
    remaining = [resource for resource in deployment.remaining_resources() if resource != f"bucket {bucket}"]
    check(not remaining, f"Destroyed, but still there: {', '.join(remaining)}.")
