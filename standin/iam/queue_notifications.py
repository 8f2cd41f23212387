"""Messages that S3 sends to queues of SQS, as far as the policy of the queue allows. moto sends them to every queue.

Source: Amazon S3 User Guide, "Granting permissions to publish event notification messages to a destination".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.s3 import notifications
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend
from moto.sqs.models import sqs_backends

from standin.iam.policy import RequiredPermission, evaluate

_SERVICE = "s3.amazonaws.com"
_send_to_queue = notifications._send_sqs_message
_put_configuration = S3Backend.put_bucket_notification_configuration


class QueueRefused(S3ClientError):
    """Raised when a bucket shall tell a queue whose policy does not let S3 send messages for this bucket."""

    def __init__(self) -> None:
        super().__init__("InvalidArgument", "Unable to validate the following destination configurations")


def install() -> None:
    """Let moto evaluate the policies of queues."""
    notifications._send_sqs_message = _send_if_allowed
    S3Backend.put_bucket_notification_configuration = _put_if_allowed  # type: ignore[method-assign, assignment]


def _put_if_allowed(backend: S3Backend, bucket_name: str, notification_config: dict[str, Any]) -> None:
    """Set the notifications of a bucket. S3 tries out each queue before.

    Raises:
        QueueRefused: A queue does not exist, or its policy does not let S3 send messages.
    """
    configurations = (notification_config or {}).get("QueueConfiguration", [])
    bucket = backend.get_bucket(bucket_name)
    for configuration in configurations if isinstance(configurations, list) else [configurations]:
        _, _, _, region, _, queue = configuration["Queue"].split(":")
        if not _may_send(backend.account_id, region, queue, bucket.arn):
            raise QueueRefused
    _put_configuration(backend, bucket_name, notification_config)


def _send_if_allowed(account_id: str, event_body: Any, queue_name: str, region_name: str) -> None:
    """Send a message about an object, or nothing if the policy of the queue does not allow it."""
    if _may_send(account_id, region_name, queue_name, _bucket(event_body)):
        _send_to_queue(account_id, event_body, queue_name, region_name)


def _bucket(event: Mapping[str, Any]) -> str:
    """Return the ARN of the bucket of a message. The message with which S3 tries out a queue has the name only."""
    if records := event.get("Records"):
        return str(records[0]["s3"]["bucket"]["arn"])
    return f"arn:aws:s3:::{event['Bucket']}"


def _may_send(account_id: str, region: str, queue_name: str, bucket: str) -> bool:
    """Return whether a queue exists and its policy lets S3 send messages for a bucket of the same account."""
    queue = sqs_backends[account_id][region].queues.get(queue_name)
    if queue is None:
        return False
    context = {"aws:SourceAccount": account_id, "aws:SourceArn": bucket, "aws:SecureTransport": "true"}
    permission = RequiredPermission("sqs:SendMessage", queue.queue_arn, context)
    return bool(evaluate([json.loads(queue.policy)] if queue.policy else [], permission, _SERVICE))
