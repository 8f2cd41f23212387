"""Tests of the rehearsal: it passes, and each of its checks fails when the deployment is broken accordingly."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from local.airflow import Airflow
from local.errors import StackError
from local.paths import ROOT
from rehearsal.checks import check_destroyed, check_plugin_update, check_run
from rehearsal.form_checks import check_nat_instance, check_upload_queue
from rehearsal.rehearsal import Rehearsal
from rehearsal.rehearsed_deployment import RehearsedDeployment
from rehearsal.teaching_checks import check_dry_run, check_teach_job


def test_the_rehearsal_passes() -> None:
    completed = subprocess.run(
        ["make", "--no-print-directory", "rehearsal"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "cdk destroy --all, second" in completed.stdout


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} no longer has {old!r} once"
    path.write_text(text.replace(old, new))


class MissingPermission(NamedTuple):
    """A permission that a role lacks: where it is granted, and which task fails without it."""

    granted_by: str
    action: str
    role: str
    red_task: str


@pytest.fixture(scope="module")
def airflow(rehearsal: Rehearsal) -> Iterator[Airflow]:
    """The Airflow of a deployment that is not broken yet."""
    with rehearsal.airflow(rehearsal.deploy("broken")) as airflow:
        yield airflow


@pytest.mark.parametrize(
    "missing",
    [
        MissingPermission("container_permissions", "s3:PutObject", "batch-JobRole", "transcribe"),
        # Moving names each file that S3 refuses, and the report turns red.
        MissingPermission("task_permissions", "s3:DeleteObject", "airflow-Role", "report"),
    ],
    ids=["the container cannot write", "the task cannot move"],
)
def test_a_missing_permission_is_detected(
    rehearsal: Rehearsal, airflow: Airflow, checkout: Path, missing: MissingPermission
) -> None:
    permissions = checkout / "infra" / "permissions.py"
    before, head, after = permissions.read_text().partition(f"def {missing.granted_by}(")
    body, end, rest = after.partition("\ndef ")
    assert f'["{missing.action}"]' in body
    body = body.replace(f'["{missing.action}"]', '["s3:GetBucketAcl"]')
    permissions.write_text(f"{before}{head}{body}{end}{rest}")

    deployment = rehearsal.deploy("broken")
    run = rehearsal.transcribe(deployment, airflow)

    message = (
        rf"is red in {missing.red_task}[^\0]*"
        rf"broken-{missing.role}\S* is not authorized to perform {missing.action}"
    )
    with pytest.raises(StackError, match=message):
        check_run(rehearsal, deployment, run)


def test_an_update_that_changes_more_than_the_plugin_is_detected(
    rehearsal: Rehearsal, airflow: Airflow, checkout: Path
) -> None:
    """An update of a plugin takes MWAA 20 minutes, and must not change DAGs as a side effect."""
    dag = checkout / "dags" / "transcribe_audio.py"
    dag.write_text(f"{dag.read_text()}\n# Changed.\n")
    with pytest.raises(StackError, match="Only a plugin changed, but so did dags"):
        check_plugin_update(rehearsal, RehearsedDeployment("broken", rehearsal.endpoint))


def test_deleted_audio_and_remaining_resources_are_detected(rehearsal: Rehearsal, checkout: Path) -> None:
    """The deployment has a NAT instance, a queue of uploads and a trainer, which must work and be destroyed, too."""
    _replace(checkout / "infra" / "settings.py", "retain_audio: bool = True", "retain_audio: bool = False")
    settings = {"network": "nat-instance", "transcribe_on_upload": "true", "teaching": "true"}
    deployment = rehearsal.deploy("fleeting", settings)
    check_nat_instance(deployment)
    check_teach_job(rehearsal, deployment)
    with (
        _denied(deployment, "batch-TeachJobRole", "s3:DeleteObject"),
        pytest.raises(StackError, match="The role of a teaching may not delete a checkpoint"),
    ):
        check_teach_job(rehearsal, deployment)
    check_dry_run(rehearsal, deployment)
    deployment.s3.put_object(Bucket=deployment.bucket, Key="output/a", Body=b"a")
    deployment.s3.put_object(Bucket=deployment.bucket, Key="input/a.wav", Body=b"a")
    check_upload_queue(rehearsal, deployment, "input/a.wav")
    deployment.client("logs").create_log_group(logGroupName="fleeting-stray")
    with pytest.raises(StackError, match="audio bucket cannot be read"):
        check_destroyed(rehearsal, deployment)
    assert deployment.remaining_resources() == ["log group fleeting-stray"]


@contextmanager
def _denied(deployment: RehearsedDeployment, role: str, action: str) -> Iterator[None]:
    """Deny an action to a role of a deployment until the block ends. `role` is the start of its name."""
    iam = deployment.client("iam")
    [name] = [
        entry["RoleName"]
        for entry in iam.list_roles()["Roles"]
        if entry["RoleName"].startswith(f"{deployment.name}-{role}")
    ]
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=name, PolicyName="Denied", PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="Denied")


def test_a_renamed_output_is_detected(rehearsal: Rehearsal, checkout: Path) -> None:
    """The documentation tells users to upload to the bucket that this output names."""
    _replace(checkout / "infra" / "storage_stack.py", '"AudioBucket"', '"RecordingsBucket"')
    deployment = rehearsal.deploy("renamed")
    with pytest.raises(StackError, match="no output AudioBucket"):
        _ = deployment.outputs


def test_requirements_that_mwaa_refuses_are_detected_before_the_deployment(
    rehearsal: Rehearsal, checkout: Path
) -> None:
    """MWAA would notice after 20 to 40 minutes."""
    requirements = checkout / "requirements.txt"
    requirements.write_text(f"{requirements.read_text()}boto3==1.20.0\n")
    with pytest.raises(StackError, match=r"\[REQUIREMENT_CONFLICT\] .* boto3"):
        rehearsal.deploy("refused")
    stacks = RehearsedDeployment("refused", rehearsal.endpoint).client("cloudformation").describe_stacks()["Stacks"]
    assert not [stack["StackName"] for stack in stacks if stack["StackName"].startswith("refused")]
