"""Tests of the CDK's own resources, which fill and empty buckets, and of MWAA environments."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.standin.cloudformation.test_stacks import Stack, bucket
from tests.support.standin.standin_server import REGION, LocalAws

BLOCKED = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
PRIVATE = {"VersioningConfiguration": {"Status": "Enabled"}, "PublicAccessBlockConfiguration": BLOCKED}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]},
        }
    ],
}


@pytest.fixture
def stack(aws: LocalAws) -> Stack:
    return Stack(aws)


def archive(aws: LocalAws, bucket_name: str, key: str, files: dict[str, bytes]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive_file:
        for name, data in files.items():
            archive_file.writestr(name, data)
    aws.client("s3").put_object(Bucket=bucket_name, Key=key, Body=content.getvalue())


def deployment(source: str, key: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "Custom::CDKBucketDeployment",
        "Properties": {
            "SourceBucketNames": [source],
            "SourceObjectKeys": [key],
            "DestinationBucketName": {"Ref": "B"},
            **properties,
        },
    }


def keys(aws: LocalAws, bucket_name: str) -> list[str]:
    return [entry["Key"] for entry in aws.client("s3").list_objects_v2(Bucket=bucket_name).get("Contents", [])]


def test_a_folder_is_deployed_and_removed_files_are_deleted(stack: Stack, aws: LocalAws, bucket_of: str) -> None:
    archive(aws, bucket_of, "1.zip", {"a.py": b"1", "sub/b.py": b"2"})
    archive(aws, bucket_of, "2.zip", {"a.py": b"3"})
    target = bucket(**PRIVATE)
    stack.create({"B": target, "D": deployment(bucket_of, "1.zip", DestinationBucketKeyPrefix="dags/")})
    bucket_name = stack.ids["B"]
    aws.client("s3").put_object(Bucket=bucket_name, Key="plugins/x", Body=b"x")
    assert keys(aws, bucket_name) == ["dags/a.py", "dags/sub/b.py", "plugins/x"]
    stack.update({"B": target, "D": deployment(bucket_of, "2.zip", DestinationBucketKeyPrefix="dags/")})
    assert keys(aws, bucket_name) == ["dags/a.py", "plugins/x"]
    assert aws.client("s3").get_object(Bucket=bucket_name, Key="dags/a.py")["Body"].read() == b"3"


def test_an_archive_is_deployed_unchanged_with_its_version(stack: Stack, aws: LocalAws, bucket_of: str) -> None:
    archive(aws, bucket_of, "1.zip", {"a.py": b"1"})
    whole = {"Extract": False, "OutputObjectVersionIds": True, "DestinationBucketKeyPrefix": "plugins/"}
    stack.create(
        {"B": bucket(**PRIVATE), "D": deployment(bucket_of, "1.zip", **whole)},
        Outputs={"Version": {"Value": {"Fn::Select": [0, {"Fn::GetAtt": ["D", "SourceObjectVersionIds"]}]}}},
    )
    head = aws.client("s3").head_object(Bucket=stack.ids["B"], Key="plugins/1.zip")
    assert stack.outputs["Version"] == head["VersionId"]


def test_a_bucket_is_emptied_of_all_versions_before_it_is_deleted(stack: Stack, aws: LocalAws) -> None:
    emptying = {"Type": "Custom::S3AutoDeleteObjects", "Properties": {"BucketName": {"Ref": "B"}}}
    stack.create({"B": bucket(**PRIVATE), "E": emptying})
    s3, bucket_name = aws.client("s3"), stack.ids["B"]
    for content in (b"1", b"2"):
        s3.put_object(Bucket=bucket_name, Key="a", Body=content)
    s3.delete_object(Bucket=bucket_name, Key="a")
    stack.delete()
    assert not stack.buckets()


@pytest.fixture
def bucket_of(bucket_name: str) -> str:
    """The bucket that holds the archives."""
    return bucket_name


@pytest.fixture
def bucket_name(aws: LocalAws, stack: Stack) -> str:
    name = f"{stack.name}-assets"[:63].replace("s-", "assets-", 1)
    aws.client("s3").create_bucket(Bucket=name)
    return name


def airflow(name: str, **properties: Any) -> dict[str, Any]:
    def zone(number: int) -> dict[str, Any]:
        return {"Fn::Select": [number, {"Fn::GetAZs": ""}]}

    def subnet(number: int) -> dict[str, Any]:
        properties = {"VpcId": {"Ref": "V"}, "CidrBlock": f"10.0.{number}.0/24", "AvailabilityZone": zone(number)}
        return {"Type": "AWS::EC2::Subnet", "Properties": properties}

    return {
        "B": bucket(**PRIVATE),
        "V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "S1": subnet(0),
        "S2": subnet(1),
        "G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "V"}}},
        "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "E": {
            "Type": "AWS::MWAA::Environment",
            "Properties": {
                "Name": name,
                "DagS3Path": "dags",
                "SourceBucketArn": {"Fn::GetAtt": ["B", "Arn"]},
                "ExecutionRoleArn": {"Fn::GetAtt": ["R", "Arn"]},
                "NetworkConfiguration": {
                    "SubnetIds": [{"Ref": "S1"}, {"Ref": "S2"}],
                    "SecurityGroupIds": [{"Ref": "G"}],
                },
                "AirflowConfigurationOptions": {"transcription.bucket": {"Ref": "B"}},
                **properties,
            },
        },
    }


def test_an_environment_has_the_deployed_options(stack: Stack, aws: LocalAws) -> None:
    stack.create(airflow(stack.name))
    session: Any = boto3.Session("tests", "made up", region_name=REGION)
    mwaa = session.client("mwaa", endpoint_url=aws.endpoint, config=Config(inject_host_prefix=False))
    environment = mwaa.get_environment(Name=stack.name)["Environment"]
    assert environment["AirflowConfigurationOptions"] == {"transcription.bucket": stack.ids["B"]}
    stack.update(airflow(stack.name, AirflowConfigurationOptions={"transcription.bucket": "other"}))
    environment = mwaa.get_environment(Name=stack.name)["Environment"]
    assert environment["AirflowConfigurationOptions"] == {"transcription.bucket": "other"}
    stack.delete()
    with pytest.raises(ClientError, match="not found"):
        mwaa.get_environment(Name=stack.name)


def _unversioned(resources: dict[str, Any]) -> None:
    resources["B"]["Properties"].pop("VersioningConfiguration")


def _public(resources: dict[str, Any]) -> None:
    resources["B"]["Properties"]["PublicAccessBlockConfiguration"] = {**BLOCKED, "BlockPublicAcls": False}


def _one_subnet(resources: dict[str, Any]) -> None:
    resources["E"]["Properties"]["NetworkConfiguration"]["SubnetIds"].pop()


def _one_zone(resources: dict[str, Any]) -> None:
    resources["S2"]["Properties"]["AvailabilityZone"] = resources["S1"]["Properties"]["AvailabilityZone"]


def _public_subnet(resources: dict[str, Any]) -> None:
    resources["S2"]["Properties"]["MapPublicIpOnLaunch"] = True


def _missing_plugins(resources: dict[str, Any]) -> None:
    resources["E"]["Properties"]["PluginsS3Path"] = "plugins/none.zip"


def _untrusted(resources: dict[str, Any]) -> None:
    document = json.loads(json.dumps(TRUST))
    document["Statement"][0]["Principal"]["Service"].pop()
    resources["R"]["Properties"]["AssumeRolePolicyDocument"] = document


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_unversioned, "versioning"),
        (_public, "public access"),
        (_one_subnet, "SubnetIds"),
        (_one_zone, "2 subnets"),
        (_public_subnet, "private"),
        (_missing_plugins, "404"),
        (_untrusted, "must trust"),
    ],
)
def test_an_environment_that_breaks_a_rule_of_mwaa_is_refused(
    stack: Stack, spoil: Callable[[dict[str, Any]], None], reason: str
) -> None:
    resources = airflow(stack.name)
    spoil(resources)
    stack.create(resources)
    description = stack.described
    assert description["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in description["StackStatusReason"]
