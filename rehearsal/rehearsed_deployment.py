"""A deployment as its users see it: this module reads everything from AWS, and nothing from the checkout."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.aws_client import KEY_ID, REGION, SECRET
from local.configuration import Deployed
from local.errors import StackError
from rehearsal.deployment_state import DeploymentState
from rehearsal.remaining_resources import remaining_resources

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The outputs of stacks that the documentation tells users to read, by the last part of the stack's name.
OUTPUTS = {
    "storage": ("AudioBucket", "AirflowBucket"),
    "batch": ("JobQueue", "JobDefinition"),
    "airflow": ("AirflowAddress", "AirflowEnvironment", "AlertTopic"),
}


class RehearsedDeployment:
    """The deployment `name` in the local AWS at `endpoint`."""

    #: The outputs that its users are told to read.
    expected_outputs: ClassVar[Mapping[str, Sequence[str]]] = OUTPUTS

    def __init__(self, name: str, endpoint: str) -> None:
        self.name = name
        self._endpoint = endpoint
        self._session = boto3.Session(aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET, region_name=REGION)

    def client(self, service: str) -> Any:
        """Return a client of `service`. No role restricts it."""
        return self._session.client(  # type: ignore[call-overload]
            service, endpoint_url=self._endpoint, config=Config(inject_host_prefix=False)
        )

    def client_of_role(self, role: str, service: str) -> Any:
        """Return a client of `service` that may do what `role` may."""
        credentials = self.credentials_of(role)
        session: Any = boto3.Session(
            credentials["AWS_ACCESS_KEY_ID"],
            credentials["AWS_SECRET_ACCESS_KEY"],
            credentials["AWS_SESSION_TOKEN"],
            REGION,
        )
        return session.client(service, endpoint_url=self._endpoint)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The values of the outputs in `expected_outputs`, by name.

        Raises:
            StackError: An output is missing.
        """
        outputs: dict[str, str] = {}
        for stack_part, names in self.expected_outputs.items():
            stack_name = f"{self.name}-{stack_part}"
            [stack] = self.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
            stack_outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            for name in names:
                if name not in stack_outputs:
                    raise StackError(f"The stack {stack_name} has no output {name}, which users are told to read.")
                outputs[name] = stack_outputs[name]
        return outputs

    @property
    def bucket(self) -> str:
        """The name of the audio bucket."""
        return self.outputs["AudioBucket"]

    @cached_property
    def s3(self) -> S3Client:
        """A client of S3, like that of a user who uploads audio. No role restricts it."""
        client: S3Client = self.client("s3")
        return client

    def environment(self) -> dict[str, Any]:
        """Return the MWAA environment as GetEnvironment describes it."""
        response = self.client("mwaa").get_environment(Name=self.outputs["AirflowEnvironment"])
        environment: dict[str, Any] = response["Environment"]
        return environment

    def airflow_version(self) -> str:
        """Return the version of Airflow in the environment."""
        return str(self.environment()["AirflowVersion"])

    def state(self) -> DeploymentState:
        """Return the present values of everything that an update can change."""
        environment = self.environment()
        versions = self.s3.list_object_versions(Bucket=self.outputs["AirflowBucket"], Prefix=_dags_prefix(environment))
        definitions = self.client("batch").describe_job_definitions(
            jobDefinitionName=self.outputs["JobDefinition"], status="ACTIVE"
        )["jobDefinitions"]
        return DeploymentState(
            dags={version["Key"]: version["ETag"] for version in versions["Versions"] if version["IsLatest"]},
            plugins=(environment["PluginsS3Path"], environment["PluginsS3ObjectVersion"]),
            requirements=(environment["RequirementsS3Path"], environment["RequirementsS3ObjectVersion"]),
            job_definition=max(definition["revision"] for definition in definitions),
            options=dict(environment["AirflowConfigurationOptions"]),
        )

    def download(self, folder: Path) -> Deployed:
        """Download DAGs, plugins and requirements into `folder`, as MWAA does on its machines.

        All files are read with the credentials of the execution role, the role of the MWAA environment.

        Returns:
            The folders of DAGs and plugins, the environment's Airflow options, and the credentials of the role.
        """
        environment = self.environment()
        bucket = environment["SourceBucketArn"].rpartition(":::")[2]
        credentials = self.credentials_of(environment["ExecutionRoleArn"])
        s3: S3Client = boto3.Session(
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=credentials["AWS_SESSION_TOKEN"],
            region_name=REGION,
        ).client("s3", endpoint_url=self._endpoint)
        dags, plugins = folder / "dags", folder / "plugins"
        self.download_objects(s3, bucket, _dags_prefix(environment), dags)
        archive = s3.get_object(
            Bucket=bucket, Key=environment["PluginsS3Path"], VersionId=environment["PluginsS3ObjectVersion"]
        )["Body"].read()
        with zipfile.ZipFile(io.BytesIO(archive)) as plugins_archive:
            plugins_archive.extractall(plugins)
        requirements = s3.get_object(
            Bucket=bucket, Key=environment["RequirementsS3Path"], VersionId=environment["RequirementsS3ObjectVersion"]
        )["Body"].read()
        (folder / "requirements.txt").write_bytes(requirements)
        return Deployed(dags, plugins, environment["AirflowConfigurationOptions"], credentials)

    @staticmethod
    def download_objects(s3: S3Client, bucket: str, prefix: str, folder: Path) -> None:
        """Download all objects whose keys begin with `prefix` into a folder, with the rest of the key as the path."""
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                target = folder / entry["Key"].removeprefix(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(bucket, entry["Key"], str(target))

    def remaining_resources(self) -> list[str]:
        """Return the resources of the deployment that exist, each as `kind name`."""
        return remaining_resources(self.name, self.client)

    def audio_bucket_keys(self) -> list[str]:
        """Return all keys in the audio bucket.

        Raises:
            StackError: The bucket does not exist or cannot be read.
        """
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
            return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        except ClientError as error:
            raise StackError(f"The audio bucket cannot be read: {error}") from error

    def credentials_of(self, role: str) -> dict[str, str]:
        """Return temporary credentials of a role, as the environment variables that AWS's SDKs read."""
        credentials = self.client("sts").assume_role(RoleArn=role, RoleSessionName="airflow")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
        }


def _dags_prefix(environment: dict[str, Any]) -> str:
    return str(environment["DagS3Path"]).rstrip("/") + "/"
