"""The files for an Airflow that exists already: the DAGs with their settings, and the pages as a plugin."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra.airflow_files import EXCLUDED, accept_copy_function
from infra.log_groups import add_log_group
from infra.mwaa.plugins import copy_plugins
from infra.paths import DAGS, PLUGINS
from infra.settings import DeploymentSettings

#: The file beside the DAG file. It must equal `transcription.shared.setting_texts.FILE`, whose module imports Airflow,
#: which is not installed here; a test compares the two.
SETTINGS_FILE: Final = "transcription_settings.json"


class OwnAirflowFiles(Construct):
    """DAGs and settings in a folder of their own, which may be in a bucket of somebody else, and the plugin.

    In the bucket of somebody else, only this folder is ever written or deleted.

    Args:
        scope: The construct that the files belong to.
        id: The construct id.
        settings: The settings of the deployment.
        bucket: The bucket of the deployment for files. It holds the plugin, and without `dag_bucket` also the DAGs.
        bucket_arn: The ARN of this bucket.
        dag_settings: The options of Airflow's section `[transcription]`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploymentSettings,
        bucket: s3.IBucket,
        bucket_arn: str,
        dag_settings: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        destination, destinations = bucket, [bucket_arn]
        if settings.dag_bucket:
            destination = s3.Bucket.from_bucket_name(self, "DagBucket", settings.dag_bucket)
            destinations.append(destination.bucket_arn)
        log = add_log_group(self, "Log", settings)
        folder = settings.dag_folder
        deployment.BucketDeployment(
            self,
            "Dags",
            destination_bucket=destination,
            # Without the slash, deleting would also delete folders whose names begin with the name of this one.
            destination_key_prefix=f"{folder}/",
            sources=[
                deployment.Source.asset(str(DAGS), exclude=EXCLUDED),
                deployment.Source.json_data(SETTINGS_FILE, dict(dag_settings)),
            ],
            # Nothing that others put into the bucket is deleted, and of ours only what `make destroy` removes.
            prune=False,
            retain_on_delete=False,
            log_group=log,
        )
        with tempfile.TemporaryDirectory() as plugins:  # the CDK takes its copy at once
            asset = s3_assets.Asset(
                self, "PluginsAsset", path=str(copy_plugins(PLUGINS, Path(plugins))), exclude=EXCLUDED
            )
        deployment.BucketDeployment(
            self,
            "Plugins",
            destination_bucket=bucket,
            destination_key_prefix="plugins/",
            sources=[deployment.Source.bucket(asset.bucket, asset.s3_object_key)],
            extract=False,
            log_group=log,
        )
        accept_copy_function(Stack.of(self), destinations)
        #: The addresses of the folder with the DAGs, and of the plugin.
        self.dag_folder = f"s3://{destination.bucket_name}/{folder}/"
        self.plugins_file = f"s3://{bucket.bucket_name}/plugins/{asset.s3_object_key}"
