"""What was deployed, taken from AWS alone: the outputs that people see, MWAA's environment, what its bucket holds."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.aws_client import KEY_ID, REGION, SECRET
from local.configuration import Deployed
from local.errors import StackError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The outputs that the README and the last lines of `cdk deploy` tell people to use, by the stack's part of the name.
OUTPUTS = {
    "storage": ("AudioBucket", "AirflowBucket"),
    "batch": ("JobQueue", "JobDefinition"),
    "airflow": ("AirflowAddress", "AirflowEnvironment", "AlertTopic"),
}


@dataclass(frozen=True)
class State:
    """What could have been changed by a deployment: versions of files, of the job, of the environment's settings."""

    dags: dict[str, str]
    plugins: tuple[str, str]
    requirements: tuple[str, str]
    job_definition: int
    options: dict[str, str]


class Deployment:
    """The deployment `name` in the account at `endpoint`."""

    def __init__(self, name: str, endpoint: str) -> None:
        self.name = name
        self._endpoint = endpoint
        self._session = boto3.Session(aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET, region_name=REGION)

    def client(self, service: str) -> Any:
        """A client that may do everything."""
        return self._session.client(  # type: ignore[call-overload]
            service, endpoint_url=self._endpoint, config=Config(inject_host_prefix=False)
        )

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks.

        Raises:
            StackError: one that people are told to use is not there.
        """
        found: dict[str, str] = {}
        for part, names in OUTPUTS.items():
            stack = f"{self.name}-{part}"
            [described] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
            outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
            for name in names:
                if name not in outputs:
                    raise StackError(f"The stack {stack} has no output {name}, which people are told to use.")
                found[name] = outputs[name]
        return found

    @property
    def bucket(self) -> str:
        """The audio bucket."""
        return self.outputs["AudioBucket"]

    @cached_property
    def s3(self) -> S3Client:
        """A client of S3 that may do everything, as the person who uploads."""
        client: S3Client = self.client("s3")
        return client

    def environment(self) -> dict[str, Any]:
        """The MWAA environment as GetEnvironment describes it."""
        found: dict[str, Any] = self.client("mwaa").get_environment(Name=self.outputs["AirflowEnvironment"])[
            "Environment"
        ]
        return found

    def state(self) -> State:
        """All that a deployment can change, at this moment."""
        environment, bucket = self.environment(), self.outputs["AirflowBucket"]
        prefix = environment["DagS3Path"].rstrip("/") + "/"
        objects = self.s3.list_object_versions(Bucket=bucket, Prefix=prefix)["Versions"]
        definitions = self.client("batch").describe_job_definitions(
            jobDefinitionName=self.outputs["JobDefinition"], status="ACTIVE"
        )["jobDefinitions"]
        return State(
            dags={each["Key"]: each["ETag"] for each in objects if each["IsLatest"]},
            plugins=(environment["PluginsS3Path"], environment["PluginsS3ObjectVersion"]),
            requirements=(environment["RequirementsS3Path"], environment["RequirementsS3ObjectVersion"]),
            job_definition=max(each["revision"] for each in definitions),
            options=dict(environment["AirflowConfigurationOptions"]),
        )

    def take(self, folder: Path) -> Deployed:
        """Put DAGs and plugins below `folder`, as MWAA puts them on its machines, with the environment's own settings.

        Everything is read with the execution role's credentials, as MWAA reads it.
        """
        environment = self.environment()
        bucket = environment["SourceBucketArn"].rpartition(":::")[2]
        credentials = self._assume(environment["ExecutionRoleArn"])
        s3: S3Client = boto3.Session(
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=credentials["AWS_SESSION_TOKEN"],
            region_name=REGION,
        ).client("s3", endpoint_url=self._endpoint)
        dags, plugins = folder / "dags", folder / "plugins"
        prefix = environment["DagS3Path"].rstrip("/") + "/"
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                target = dags / each["Key"].removeprefix(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(bucket, each["Key"], str(target))
        archive = s3.get_object(
            Bucket=bucket, Key=environment["PluginsS3Path"], VersionId=environment["PluginsS3ObjectVersion"]
        )["Body"].read()
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
            zipped.extractall(plugins)
        requirements = s3.get_object(
            Bucket=bucket, Key=environment["RequirementsS3Path"], VersionId=environment["RequirementsS3ObjectVersion"]
        )["Body"].read()
        (folder / "requirements.txt").write_bytes(requirements)
        return Deployed(dags, plugins, environment["AirflowConfigurationOptions"], credentials)

    def version(self) -> str:
        """Airflow's version."""
        return str(self.environment()["AirflowVersion"])

    def _assume(self, role: str) -> dict[str, str]:
        """The credentials that whoever has `role` gets, as variables."""
        found = self.client("sts").assume_role(RoleArn=role, RoleSessionName="airflow")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def left(self) -> list[str]:
        """What of the deployment is still there, by kind and name."""
        start = f"{self.name}-"
        batch, iam, logs, ec2 = map(self.client, ("batch", "iam", "logs", "ec2"))
        tag = {"Name": "tag:deployment", "Values": [self.name]}
        kinds = {
            "stack": [each["StackName"] for each in self.client("cloudformation").describe_stacks()["Stacks"]],
            "bucket": [each["Name"] for each in self.s3.list_buckets()["Buckets"]],
            "role": [each["RoleName"] for each in iam.list_roles()["Roles"]],
            "instance profile": [
                each["InstanceProfileName"] for each in iam.list_instance_profiles()["InstanceProfiles"]
            ],
            "queue": [each["jobQueueName"] for each in batch.describe_job_queues()["jobQueues"]],
            "compute environment": [
                each["computeEnvironmentName"] for each in batch.describe_compute_environments()["computeEnvironments"]
            ],
            "job definition": [
                each["jobDefinitionName"] for each in batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
            ],
            "log group": [each["logGroupName"] for each in logs.describe_log_groups()["logGroups"]],
            "topic": [each["TopicArn"].rpartition(":")[2] for each in self.client("sns").list_topics()["Topics"]],
            "alarm": [each["AlarmName"] for each in self.client("cloudwatch").describe_alarms()["MetricAlarms"]],
            "dashboard": [
                each["DashboardName"] for each in self.client("cloudwatch").list_dashboards()["DashboardEntries"]
            ],
        }
        found = [f"{kind} {name}" for kind, names in kinds.items() for name in names if name.startswith(start)]
        found += [
            f"environment {name}"
            for name in self.client("mwaa").list_environments()["Environments"]
            if name == self.name
        ]
        found += [f"network {each['VpcId']}" for each in ec2.describe_vpcs(Filters=[tag])["Vpcs"]]
        found += [f"subnet {each['SubnetId']}" for each in ec2.describe_subnets(Filters=[tag])["Subnets"]]
        groups = ec2.describe_security_groups(Filters=[tag])["SecurityGroups"]
        return found + [f"security group {each['GroupId']}" for each in groups]

    def objects(self) -> list[str]:
        """The keys in the audio bucket."""
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
            return [each["Key"] for page in pages for each in page.get("Contents", [])]
        except ClientError as error:
            raise StackError(f"The audio bucket cannot be read: {error}") from error
