"""Rules for all policies: buckets require TLS, wildcards are exceptions, the container has its own role."""

from __future__ import annotations

import pytest

from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks


@pytest.mark.parametrize("output", ["AudioBucket", "AirflowBucket"])
def test_reads_from_a_bucket_require_tls(deployment: SynthesizedStacks, output: str) -> None:
    name = deployment.output("storage", output)
    (policy,) = (
        policy
        for policy in map(deployment.resolve, deployment.resources("AWS::S3::BucketPolicy").values())
        if policy["Properties"]["Bucket"] == name
    )
    allow_all = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [allow_all, *policy["Properties"]["PolicyDocument"]["Statement"]]
    audio_arn = f"arn:{PARTITION}:s3:::{name}/input/a.wav"
    tls_1_3 = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
    assert is_allowed(statements, "s3:GetObject", audio_arn, tls_1_3)
    assert not is_allowed(statements, "s3:GetObject", audio_arn, {**tls_1_3, "aws:SecureTransport": "false"})
    assert not is_allowed(statements, "s3:GetObject", audio_arn, {**tls_1_3, "s3:TlsVersion": "1.1"})


@pytest.mark.parametrize("role", ["JobRole", "Role"])
def test_statements_use_wildcards_only_where_aws_needs_them(deployment: SynthesizedStacks, role: str) -> None:
    # AWS defines no resource type for these actions. Source: Service Authorization Reference.
    without_resource = {
        *("batch:DescribeJobs", "batch:ListJobs", "cloudwatch:PutMetricData"),
        *("logs:DescribeLogGroups", "s3:GetAccountPublicAccessBlock"),
    }
    for statement in deployment.statements(role):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not {"*", "s3:*", "batch:*"} & set(actions)
        if statement.get("Resource") in ("*", ["*"]):
            assert set(actions) <= without_resource


def test_the_job_uses_its_own_role_instead_of_the_machines_role(deployment: SynthesizedStacks) -> None:
    job = deployment.properties("AWS::Batch::JobDefinition")["ContainerProperties"]
    profiles = deployment.resources("AWS::IAM::InstanceProfile").values()
    machine_roles = {deployment.resolve(profile["Properties"]["Roles"][0]) for profile in profiles}
    assert all(name.startswith("made-up-machinerole") for name in machine_roles)
    role = deployment.properties("AWS::IAM::Role", "JobRole")
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert "jobrole" in job["JobRoleArn"]
