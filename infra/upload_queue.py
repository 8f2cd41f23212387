"""The queue to which S3 sends a message for each upload, so that uploads start a run."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.accepted_findings import accept_findings
from infra.settings import DeploymentSettings
from transcription.contract import keys

#: Days for which messages wait while nothing receives them: the most that SQS allows.
_MESSAGE_DAYS = 14
#: How often a message is received and not deleted, before it moves to the dead letter queue. A message is received once
#: more for each time that Airflow's triggerer is lost.
_MAX_RECEIVES = 10
_NO_KEY = (
    "SQS encrypts the messages with a key of its own. A key in KMS costs a dollar a month, and the messages contain "
    "only the names of uploads."
)


class UploadQueue(Construct):
    """The queue and its dead letter queue, and the notifications of a bucket about objects below `input/`.

    Args:
        scope: The stack of the bucket.
        id: The construct id.
        settings: The settings of the deployment.
        bucket: The audio bucket.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploymentSettings, bucket: s3.Bucket) -> None:
        super().__init__(scope, id)
        dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=dead_letter_name(settings),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(_MESSAGE_DAYS),
        )
        queue = sqs.Queue(
            self,
            "Queue",
            queue_name=queue_name(settings),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(_MESSAGE_DAYS),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=_MAX_RECEIVES),
        )
        accept_findings(self, {"CKV_AWS_27": _NO_KEY})
        # The policy cannot name the bucket, because the bucket needs the policy first: S3 tries out the queue when it
        # gets the notifications. A message of another bucket of the account would start a run that finds nothing.
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        resource = cast(s3.CfnBucket, bucket.node.default_child)
        resource.notification_configuration = _notifications(queue)
        resource.node.add_dependency(queue.node.find_child("Policy"))


def queue_name(settings: DeploymentSettings) -> str:
    """Return the name of the queue.

    The names of the queues are chosen here, so that no stack imports them: CloudFormation would not let a deployment
    delete a queue that another stack imports, when the setting is switched off.
    """
    return f"{settings.name}-uploads"


def dead_letter_name(settings: DeploymentSettings) -> str:
    """Return the name of the dead letter queue. See `queue_name`."""
    return f"{queue_name(settings)}-dead-letters"


def queue_names(settings: DeploymentSettings) -> tuple[str, str] | None:
    """Return the names of the queue and of its dead letter queue, or None if uploads start no run."""
    return (queue_name(settings), dead_letter_name(settings)) if settings.transcribe_on_upload else None


def queue_arn(stack: Stack, settings: DeploymentSettings) -> str:
    """Return the ARN of the queue in the account and region of a stack."""
    return stack.format_arn(service="sqs", resource=queue_name(settings))


def queue_url(stack: Stack, settings: DeploymentSettings) -> str:
    """Return the URL of the queue in the account and region of a stack."""
    return f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{queue_name(settings)}"


def _notifications(queue: sqs.Queue) -> s3.CfnBucket.NotificationConfigurationProperty:
    """Return the notifications about objects that are created below `input/`, also by copies and uploads in parts."""
    below_input = s3.CfnBucket.NotificationFilterProperty(
        s3_key=s3.CfnBucket.S3KeyFilterProperty(
            rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=keys.INPUT_FOLDER)]
        )
    )
    return s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            s3.CfnBucket.QueueConfigurationProperty(
                event="s3:ObjectCreated:*", queue=queue.queue_arn, filter=below_input
            )
        ]
    )
