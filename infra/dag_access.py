"""What the DAG needs from a deployment: its settings, and the permissions of its tasks and pages."""

from __future__ import annotations

from aws_cdk import Stack

from infra import permissions, teaching_permissions
from infra.alert_topic import AlertTopic
from infra.batch_stack import BatchStack
from infra.grants import Permission
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack
from infra.upload_queue import queue_arn, queue_url


def dag_settings(
    stack: Stack, settings: DeploymentSettings, storage: StorageStack, batch: BatchStack, alerts: AlertTopic
) -> dict[str, str]:
    """Return the options of Airflow's section `[transcription]`, by their names."""
    uploads = {"upload_queue": queue_url(stack, settings)} if settings.transcribe_on_upload else {}
    teaching = {"teach_job_definition": batch.teach_definition_name} if settings.teaching else {}
    return {
        "bucket": storage.audio.bucket_name,
        "job_queue": batch.queue.job_queue_arn,
        "job_definition": batch.definition_name,
        "image_model": settings.image_model,
        "parallel_children": str(settings.parallel_children),
        "start_limit_minutes": str(settings.start_limit_minutes),
        "alert_topic": alerts.topic.topic_arn,
        **uploads,
        **teaching,
        **settings.transcription,
    }


def dag_permissions(
    stack: Stack, settings: DeploymentSettings, storage: StorageStack, batch: BatchStack, alerts: AlertTopic
) -> list[Permission]:
    """List the permissions of the role with which the tasks, the pages and the triggerer run.

    Args:
        stack: The stack that the role or the policy belongs to.
        settings: The settings of the deployment.
        storage: The stack with the audio bucket.
        batch: The stack with the job queue and the job definitions.
        alerts: The alert topic.
    """
    names = [batch.definition_name, *([batch.teach_definition_name] if settings.teaching else [])]
    definitions = [stack.format_arn(service="batch", resource="job-definition", resource_name=name) for name in names]
    jobs = stack.format_arn(service="batch", resource="job", resource_name="*")
    return [
        *permissions.task_permissions(storage.audio_arn),
        *permissions.page_permissions(storage.audio_arn, batch.log_arn),
        *permissions.submitter_permissions(batch.queue.job_queue_arn, definitions, jobs),
        *permissions.notifier_permissions(alerts.topic.topic_arn, alerts.key.key_arn),
        *(teaching_permissions.teaching_task_permissions(storage.audio_arn) if settings.teaching else []),
        *(permissions.upload_watcher_permissions(queue_arn(stack, settings)) if settings.transcribe_on_upload else []),
    ]
