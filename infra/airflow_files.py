"""The files that MWAA reads from its bucket: DAGs, plugins.zip and requirements.txt.

MWAA reads changed DAGs within minutes. It reads plugins and requirements only when the environment names a new version.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Fn, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra.accepted_findings import CDK_FUNCTION_FINDINGS, accept_findings
from infra.grants import flatten
from infra.log_groups import add_log_group
from infra.mwaa.plugins import copy_plugins
from infra.mwaa.requirements import constraint_rules
from infra.paths import DAGS, PLUGINS, REQUIREMENTS
from infra.settings import DeploymentSettings

#: Files that are not deployed, and must not change the digest of the deployed files.
EXCLUDED = ["**/__pycache__", "**/*.pyc", "**/README.md"]

_LOGGING_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@dataclass(frozen=True)
class DeployedFile:
    """A file in the MWAA bucket. When its content changes, its path and its version change."""

    path: str
    version: str


class AirflowFiles(Construct):
    """DAGs, plugins.zip and requirements.txt in the MWAA bucket.

    Args:
        scope: The construct that the files belong to.
        id: The construct id.
        settings: The settings of the deployment.
        bucket: The MWAA bucket.
        bucket_arn: The ARN of the MWAA bucket.

    Raises:
        RuleBroken: requirements.txt is for another version of Airflow.
    """

    #: The folder of the bucket that holds the DAGs.
    dags = "dags"

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploymentSettings, bucket: s3.IBucket, bucket_arn: str
    ) -> None:
        super().__init__(scope, id)
        self._bucket = bucket
        self._log = add_log_group(self, "Log", settings)
        self.deployed_dags = deployment.BucketDeployment(
            self,
            "Dags",
            destination_bucket=bucket,
            destination_key_prefix=f"{self.dags}/",
            sources=[deployment.Source.asset(str(DAGS), exclude=EXCLUDED)],
            log_group=self._log,
        )
        with tempfile.TemporaryDirectory() as folder:  # the CDK takes its copy at once
            self.plugins = self._deploy("Plugins", copy_plugins(PLUGINS, Path(folder)))
        # Without the internet, pip cannot download packages. MWAA's image contains all that the DAG needs, and
        # requirements.txt only pins it.
        self.requirements = None
        if settings.network != "endpoints":
            for broken in constraint_rules(REQUIREMENTS, settings.airflow_version):
                raise broken
            self.requirements = self._deploy("Requirements", REQUIREMENTS)
        accept_copy_function(Stack.of(self), [bucket_arn])

    def _deploy(self, name: str, source: Path) -> DeployedFile:
        """Copy a file to the MWAA bucket, or the content of a folder as a ZIP archive.

        The name of the copy is the digest of its content, so that `cdk diff` shows a change.

        Args:
            name: The construct id, and in lower case the folder in the bucket.
            source: The file or folder in the repository.
        """
        asset = s3_assets.Asset(self, f"{name}Asset", path=str(source), exclude=EXCLUDED)
        folder = name.lower()
        deployed = deployment.BucketDeployment(
            self,
            name,
            destination_bucket=self._bucket,
            destination_key_prefix=f"{folder}/",
            sources=[deployment.Source.bucket(asset.bucket, asset.s3_object_key)],
            extract=False,
            log_group=self._log,
        )
        return DeployedFile(f"{folder}/{asset.s3_object_key}", Fn.select(0, deployed.object_version_ids))


def accept_copy_function(stack: Stack, buckets: Iterable[str]) -> None:
    """Accept the findings of the CDK's function that copies files from the CDK's bucket to others.

    Args:
        stack: The stack with the function.
        buckets: The ARNs of the other buckets.
    """
    (function,) = (child for child in stack.node.children if child.node.id.startswith("Custom::CDKBucketDeployment"))
    assets = (
        f"cdk-{stack.synthesizer.bootstrap_qualifier}-assets-<AWS::AccountId>-{flatten(stack.resolve(stack.region))}"
    )
    wildcards = [
        *(f"Action::s3:{action}*" for action in ("GetObject", "GetBucket", "List", "DeleteObject", "Abort")),
        f"Resource::arn:<AWS::Partition>:s3:::{assets}/*",
        *(f"Resource::{flatten(stack.resolve(bucket))}/*" for bucket in buckets),
    ]
    copy_reason = "It copies files of the repository from the CDK's bucket to Airflow's, while `cdk deploy` runs."
    runtime_reason = "The CDK chooses the runtime of its function; a new version of the CDK brings a new runtime."
    accept_findings(
        function,
        {
            **{f"AwsSolutions-IAM5[{wildcard}]": copy_reason for wildcard in wildcards},
            f"AwsSolutions-IAM4[Policy::{_LOGGING_POLICY}]": "The policy allows the function to write its log only.",
            "AwsSolutions-L1": runtime_reason,
            **CDK_FUNCTION_FINDINGS,
        },
    )
