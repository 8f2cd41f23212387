"""What MWAA takes from its bucket: DAGs, which it picks up at once, plugins and requirements, each a new version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Fn, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra.acknowledge import OF_CDK_FUNCTIONS, acknowledge
from infra.logs import log_group
from infra.mwaa.requirements import constraint_rules
from infra.paths import DAGS, PLUGINS, REQUIREMENTS
from infra.permissions import flatten
from infra.settings import DeploymentSettings

#: What lies beside the files and must not change their digest.
_EXCLUDED = ["**/__pycache__", "**/*.pyc", "**/README.md"]

_LOGGING_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@dataclass(frozen=True)
class DeployedFile:
    """A file in the MWAA bucket; where its content changes, so do both of these."""

    path: str
    version: str


class AirflowFiles(Construct):
    """DAGs, plugins.zip and requirements.txt in the MWAA bucket.

    Raises:
        RuleBroken: requirements.txt is for another version of Airflow.
    """

    dags = "dags"

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploymentSettings, bucket: s3.IBucket, bucket_arn: str
    ) -> None:
        super().__init__(scope, id)
        self._bucket = bucket
        self._log = log_group(self, "Log", settings)
        self.deployed_dags = deployment.BucketDeployment(
            self,
            "Dags",
            destination_bucket=bucket,
            destination_key_prefix=f"{self.dags}/",
            sources=[deployment.Source.asset(str(DAGS), exclude=_EXCLUDED)],
            log_group=self._log,
        )
        self.plugins = self._deploy("Plugins", PLUGINS)
        # pip reaches nothing without the internet. What the DAG needs is in MWAA's image; the file pins it.
        self.requirements = None
        if settings.network == "nat":
            for broken in constraint_rules(REQUIREMENTS, settings.airflow_version):
                raise broken
            self.requirements = self._deploy("Requirements", REQUIREMENTS)
        _settle(Stack.of(self), bucket_arn)

    def _deploy(self, name: str, source: Path) -> DeployedFile:
        """One file, a folder as a zip of what is in it. Its name is its digest, so that `cdk diff` shows a change."""
        asset = s3_assets.Asset(self, f"{name}Asset", path=str(source), exclude=_EXCLUDED)
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


def _settle(stack: Stack, bucket: str) -> None:
    """The CDK's own function, which copies files from its bucket to ours while `cdk deploy` runs."""
    (function,) = (each for each in stack.node.children if each.node.id.startswith("Custom::CDKBucketDeployment"))
    assets = f"cdk-{stack.synthesizer.bootstrap_qualifier}-assets-<AWS::AccountId>-<AWS::Region>"
    wide = [
        *(f"Action::s3:{action}*" for action in ("GetObject", "GetBucket", "List", "DeleteObject", "Abort")),
        f"Resource::arn:<AWS::Partition>:s3:::{assets}/*",
        f"Resource::{flatten(stack.resolve(bucket))}/*",
    ]
    copies = "It copies files of the repository from the CDK's bucket to MWAA's, and only while `cdk deploy` runs."
    its_own = "The CDK decides what its function runs on; a new version of the CDK brings a new one."
    acknowledge(
        function,
        {
            **{f"AwsSolutions-IAM5[{each}]": copies for each in wide},
            f"AwsSolutions-IAM4[Policy::{_LOGGING_POLICY}]": "It writes its log, and no more.",
            "AwsSolutions-L1": its_own,
            **OF_CDK_FUNCTIONS,
        },
    )
