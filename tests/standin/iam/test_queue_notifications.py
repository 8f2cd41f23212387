"""S3 tells a queue about objects only if the policy of the queue lets it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from standin.account import ACCOUNT_ID
from tests.support.standin.standin_server import LocalAws


class Queue:
    """A queue whose policy a test chooses.

    Args:
        sqs: A client of SQS.
    """

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self._url = sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        self.arn = str(attributes["QueueArn"])

    def allow(self, **changes: Any) -> None:
        """Let S3 send messages for buckets of the account. `changes` replaces elements of the statement."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
            **changes,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})

    def bodies(self) -> list[Any]:
        """Receive all messages, and return their content."""
        messages = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]


@pytest.fixture
def queue(aws: LocalAws) -> Queue:
    return Queue(aws.client("sqs"))


def notify(s3: Any, bucket: str, queue: str) -> None:
    """Let a bucket tell a queue about each new object."""
    configuration = {"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def test_an_allowed_bucket_tries_out_the_queue_and_tells_it_about_objects(s3: Any, bucket: str, queue: Queue) -> None:
    queue.allow()
    notify(s3, bucket, queue.arn)
    s3.put_object(Bucket=bucket, Key="input/a.wav", Body=b"a")
    trial, event = queue.bodies()
    assert (trial["Event"], trial["Bucket"]) == ("s3:TestEvent", bucket)
    assert [record["s3"]["object"]["key"] for record in event["Records"]] == ["input%2Fa.wav"]


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Action": "sqs:ReceiveMessage"},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another-bucket"}}},
        {"Effect": "Deny"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_queue_whose_policy_does_not_let_s3_send_is_refused(
    s3: Any, bucket: str, queue: Queue, change: dict[str, Any]
) -> None:
    queue.allow(**change)
    with pytest.raises(ClientError, match="Unable to validate the following destination configurations") as error:
        notify(s3, bucket, queue.arn)
    assert error.value.response["Error"]["Code"] == "InvalidArgument"
    assert queue.bodies() == []


def test_a_queue_without_a_policy_or_that_does_not_exist_is_refused(s3: Any, bucket: str, queue: Queue) -> None:
    for arn in (queue.arn, f"{queue.arn}-of-yesterday"):
        with pytest.raises(ClientError, match="Unable to validate"):
            notify(s3, bucket, arn)


def test_a_permission_that_is_withdrawn_ends_the_messages(s3: Any, bucket: str, queue: Queue) -> None:
    """S3 tells nobody that it could not send a message."""
    queue.allow(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}})
    notify(s3, bucket, queue.arn)
    queue.allow(Effect="Deny")
    s3.put_object(Bucket=bucket, Key="input/a.wav", Body=b"a")
    assert [body.get("Event") for body in queue.bodies()] == ["s3:TestEvent"]
