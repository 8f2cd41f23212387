"""An MWAA environment of a team in the local AWS, with a DAG of its own in its bucket, and a role for tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_MWAA = ("airflow.amazonaws.com", "airflow-env.amazonaws.com")
_DAG = """from airflow.sdk import dag


@dag(schedule=None)
def team_report():
    pass


team_report()
"""


class TeamAirflow:
    """The environment, its bucket and its network. It exists before the deployment and after it.

    Args:
        client: Returns the boto3 client of a service.
        name: The name of the environment, and of everything else.
    """

    #: The id of the team's DAG.
    dag = "team_report"

    def __init__(self, client: Callable[[str], Any], name: str) -> None:
        self._client, self.name = client, name
        self.bucket = f"{name}-airflow-files"
        self.role, self._vpc, self._subnets = "", "", list[str]()
        self._created: dict[str, Any] = {}

    def create(self) -> None:
        """Create the network, the bucket with the team's files, the role and the environment."""
        self._vpc, self._subnets = create_network(self._client("ec2"), "10.40.0.0/16")
        group = self._client("ec2").create_security_group(GroupName=self.name, Description="team", VpcId=self._vpc)
        self._create_bucket()
        self.role = create_role(self._client("iam"), f"{self.name}-role", _MWAA)
        self._client("mwaa").create_environment(
            Name=self.name,
            AirflowVersion="3.2.1",
            DagS3Path="dags",
            SourceBucketArn=f"arn:aws:s3:::{self.bucket}",
            ExecutionRoleArn=self.role,
            NetworkConfiguration={"SubnetIds": self._subnets, "SecurityGroupIds": [group["GroupId"]]},
        )
        self._created = self._state()

    def _create_bucket(self) -> None:
        s3, bucket = self._client("s3"), self.bucket
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
        files = {"dags/team.py": _DAG, "dags/deepspeech-notes.md": "ours", "requirements.txt": "requests\n"}
        for key, text in files.items():
            s3.put_object(Bucket=bucket, Key=key, Body=text.encode())

    def settings(self) -> Mapping[str, str]:
        """Return the settings of a deployment that uses this environment and its network."""
        return {
            "airflow": "existing",
            "airflow_environment": self.name,
            "dag_bucket": self.bucket,
            **network_settings(self._vpc, self._subnets),
        }

    def changes(self) -> list[str]:
        """Return what has changed since `create`: the environment, or objects that exist now or existed then.

        Objects that were added and deleted again do not count. An object that was written again counts.
        """
        before, after = self._created, self._state()
        return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))

    def _state(self) -> dict[str, Any]:
        """Return the environment, and the present version of each object in the bucket by its key."""
        environment = self._client("mwaa").get_environment(Name=self.name)["Environment"]
        listing = self._client("s3").list_object_versions(Bucket=self.bucket)["Versions"]
        objects = {entry["Key"]: (entry["VersionId"], entry["ETag"]) for entry in listing if entry["IsLatest"]}
        return {"the environment": environment, **objects}


def create_network(ec2: Any, addresses: str) -> tuple[str, list[str]]:
    """Create a VPC with these addresses and two subnets, and return their ids."""
    vpc = ec2.create_vpc(CidrBlock=addresses)["Vpc"]["VpcId"]
    start = addresses.rpartition(".0.")[0]
    zones = ("us-east-1a", "us-east-1b")
    created = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{start}.{number}.0/24", AvailabilityZone=zone)
        for number, zone in enumerate(zones)
    ]
    return vpc, [subnet["Subnet"]["SubnetId"] for subnet in created]


def network_settings(vpc: str, subnets: list[str]) -> Mapping[str, str]:
    """Return the settings of a deployment that uses an existing network."""
    return {"vpc_id": vpc, "subnet_ids": ",".join(subnets)}


def create_role(iam: Any, name: str, services: tuple[str, ...]) -> str:
    """Create a role without permissions that some services may assume, and return its ARN."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": list(services)}}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"])
