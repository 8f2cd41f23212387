"""`make rehearsal` as it is, and with one thing broken at a time: a rehearsal that passes all the same proves nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.errors import StackError
from local.paths import ROOT
from local.rehearsal.deployment import Deployment
from local.rehearsal.rehearse import Rehearsal, check_run


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


@pytest.mark.parametrize(
    ("name", "permission", "refused", "role", "red"),
    [
        ("container", "of_container", "s3:PutObject", "batch-JobRole", "transcribe"),
        ("tasks", "of_tasks", "s3:DeleteObject", "airflow-Role", "move_to_processed"),
    ],
)
def test_a_permission_that_is_missing_shows_before_aws_sees_it(
    rehearsal: Rehearsal, checkout: Path, name: str, permission: str, refused: str, role: str, red: str
) -> None:
    """The container that may not write transcripts; the task that may not move audio."""
    permissions = checkout / "infra" / "permissions.py"
    before, head, after = permissions.read_text().partition(f"def {permission}(")
    body, end, rest = after.partition("\ndef ")
    assert body.count(f'["{refused}"]') >= 1
    permissions.write_text(f"{before}{head}{body.replace(f'["{refused}"]', '["s3:GetBucketAcl"]')}{end}{rest}")

    deployment = rehearsal.deploy(name)
    run = rehearsal.transcribe(deployment)

    says = rf"is red in {red}[^\0]*{name}-{role}\S* is not authorized to perform {refused}"
    with pytest.raises(StackError, match=says):
        check_run(rehearsal, deployment, run)


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
    with pytest.raises(StackError, match="boto3"):
        rehearsal.deploy("refused")
    stacks = Deployment("refused", rehearsal.endpoint).client("cloudformation").describe_stacks()["Stacks"]
    assert not [each["StackName"] for each in stacks if each["StackName"].startswith("refused")]
