"""`make rehearsal` as it is, and with one thing broken at a time: one that passes all the same proves nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from local.airflow import Airflow
from local.errors import StackError
from local.paths import ROOT
from rehearsal.deployment import Deployment
from rehearsal.rehearse import Rehearsal, check_destroyed, check_plugin_update, check_run


def test_a_deployment_transcribes_updates_and_ends_as_the_readme_says() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "rehearsal"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cdk destroy --all, second" in done.stdout


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} no longer has {old!r} once"
    path.write_text(text.replace(old, new))


class Missing(NamedTuple):
    """A permission that a role does not have: where it is granted, and what goes wrong without it."""

    granted_by: str
    action: str
    role: str
    red_task: str


@pytest.fixture(scope="module")
def airflow(rehearsal: Rehearsal) -> Iterator[Airflow]:
    """The Airflow of a deployment that is as it should be."""
    with rehearsal.airflow(rehearsal.deploy("broken")) as airflow:
        yield airflow


@pytest.mark.parametrize(
    "missing",
    [
        Missing("container_permissions", "s3:PutObject", "batch-JobRole", "transcribe"),
        Missing("task_permissions", "s3:DeleteObject", "airflow-Role", "move_to_processed"),
    ],
    ids=["the container cannot write", "the task cannot move"],
)
def test_a_permission_that_is_missing_shows_before_aws_sees_it(
    rehearsal: Rehearsal, airflow: Airflow, checkout: Path, missing: Missing
) -> None:
    permissions = checkout / "infra" / "permissions.py"
    before, head, after = permissions.read_text().partition(f"def {missing.granted_by}(")
    body, end, rest = after.partition("\ndef ")
    assert f'["{missing.action}"]' in body
    body = body.replace(f'["{missing.action}"]', '["s3:GetBucketAcl"]')
    permissions.write_text(f"{before}{head}{body}{end}{rest}")

    deployment = rehearsal.deploy("broken")
    run = rehearsal.transcribe(deployment, airflow)

    says = rf"is red in {missing.red_task}[^\0]*broken-{missing.role}\S* is not authorized to perform {missing.action}"
    with pytest.raises(StackError, match=says):
        check_run(rehearsal, deployment, run)


def test_an_update_that_changes_more_than_it_should_shows(
    rehearsal: Rehearsal, airflow: Airflow, checkout: Path
) -> None:
    """A new plugin takes MWAA 20 minutes; a DAG that goes along with it unseen is not what was asked for."""
    dag = checkout / "dags" / "transcribe_audio.py"
    dag.write_text(f"{dag.read_text()}\n# Changed.\n")
    with pytest.raises(StackError, match="Only a plugin changed, but so did dags"):
        check_plugin_update(rehearsal, Deployment("broken", rehearsal.endpoint))


def test_audio_that_goes_with_its_deployment_shows_and_so_does_what_stays(rehearsal: Rehearsal, checkout: Path) -> None:
    _replace(checkout / "infra" / "settings.py", "retain_audio: bool = True", "retain_audio: bool = False")
    deployment = rehearsal.deploy("fleeting")
    deployment.s3.put_object(Bucket=deployment.bucket, Key="input/a.wav", Body=b"a")
    deployment.client("logs").create_log_group(logGroupName="fleeting-stray")
    with pytest.raises(StackError, match="audio bucket cannot be read"):
        check_destroyed(rehearsal, deployment)
    assert deployment.left() == ["log group fleeting-stray"]


def test_an_output_that_is_renamed_shows(rehearsal: Rehearsal, checkout: Path) -> None:
    """People are told in the README to upload to the bucket that this output names."""
    _replace(checkout / "infra" / "storage.py", '"AudioBucket"', '"RecordingsBucket"')
    deployment = rehearsal.deploy("renamed")
    with pytest.raises(StackError, match="no output AudioBucket"):
        _ = deployment.outputs


def test_requirements_that_mwaa_refuses_show_before_anything_is_deployed(rehearsal: Rehearsal, checkout: Path) -> None:
    """MWAA needs 20 to 40 minutes to find out, and then has no environment."""
    requirements = checkout / "requirements.txt"
    requirements.write_text(f"{requirements.read_text()}boto3==1.20.0\n")
    with pytest.raises(StackError, match=r"\[REQUIREMENT_CONFLICT\] .* boto3"):
        rehearsal.deploy("refused")
    stacks = Deployment("refused", rehearsal.endpoint).client("cloudformation").describe_stacks()["Stacks"]
    assert not [each["StackName"] for each in stacks if each["StackName"].startswith("refused")]
