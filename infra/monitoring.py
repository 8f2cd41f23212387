"""What watches a deployment: its alarms, its budget and its dashboard."""

from __future__ import annotations

from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.alarms import Alarms
from infra.batch_stack import BatchStack
from infra.budget import add_budget
from infra.dashboard import add_dashboard
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack
from infra.upload_queue import queue_names


def add_monitoring(
    scope: Construct,
    settings: DeploymentSettings,
    storage: StorageStack,
    batch: BatchStack,
    *,
    topic: sns.ITopic,
    environment: str,
) -> None:
    """Add alarms, dashboard and, if the settings have one, a budget.

    Args:
        scope: The construct that they belong to.
        settings: The settings of the deployment.
        storage: The stack with the buckets.
        batch: The stack with the job queue.
        topic: The topic that the alarms tell.
        environment: The name of the MWAA environment. Empty: Airflow does not run on MWAA, and has no metrics here.
    """
    bucket = storage.audio.bucket_name
    alarms = Alarms(
        scope,
        "Alarms",
        topic=topic,
        environment=environment,
        bucket=bucket,
        queue=batch.queue.job_queue_arn,
        missed_run_hours=settings.missed_run_hours,
        upload_queues=queue_names(settings),
    )
    if settings.monthly_budget:
        add_budget(scope, settings)
    add_dashboard(scope, settings, bucket, alarms, environment)
