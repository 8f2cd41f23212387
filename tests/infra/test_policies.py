"""The policies as a whole: TLS for buckets, no wildcards without need, and a role of its own for the container."""

from __future__ import annotations

import pytest

from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks


@pytest.mark.parametrize("output", ["AudioBucket", "AirflowBucket"])
def test_nobody_reads_a_bucket_without_tls(deployment: SynthesizedStacks, output: str) -> None:
    name = deployment.output("storage", output)
    (policy,) = (
        found
        for found in map(deployment.resolve, deployment.resources("AWS::S3::BucketPolicy").values())
        if found["Properties"]["Bucket"] == name
    )
    everybody = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [everybody, *policy["Properties"]["PolicyDocument"]["Statement"]]
    thing = f"arn:{PARTITION}:s3:::{name}/input/a.wav"
    modern = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
    assert is_allowed(statements, "s3:GetObject", thing, modern)
    assert not is_allowed(statements, "s3:GetObject", thing, {**modern, "aws:SecureTransport": "false"})
    assert not is_allowed(statements, "s3:GetObject", thing, {**modern, "s3:TlsVersion": "1.1"})


@pytest.mark.parametrize("role", ["JobRole", "Role"])
def test_no_action_and_no_object_is_a_star(deployment: SynthesizedStacks, role: str) -> None:
    # Those that AWS knows no resource for. Source: Service Authorization Reference.
    without_resource = {
        *("batch:DescribeJobs", "batch:ListJobs", "cloudwatch:PutMetricData"),
        *("logs:DescribeLogGroups", "s3:GetAccountPublicAccessBlock"),
    }
    for statement in deployment.statements(role):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not {"*", "s3:*", "batch:*"} & set(actions)
        if statement.get("Resource") in ("*", ["*"]):
            assert set(actions) <= without_resource


def test_the_job_has_a_role_of_its_own_and_not_the_machines(deployment: SynthesizedStacks) -> None:
    job = deployment.properties("AWS::Batch::JobDefinition")["ContainerProperties"]
    machine = deployment.resources("AWS::IAM::InstanceProfile").values()
    machines = {deployment.resolve(profile["Properties"]["Roles"][0]) for profile in machine}
    assert all(name.startswith("made-up-machinerole") for name in machines)
    role = deployment.properties("AWS::IAM::Role", "JobRole")
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert "jobrole" in job["JobRoleArn"]
