"""Tests of SNS and SQS: messages of a topic arrive in a subscribed queue, from which tests read notifications."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
import uuid
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.standin.standin_server import LocalAws


@pytest.fixture
def topic(aws: LocalAws) -> str:
    return str(aws.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"])


@pytest.fixture
def inbox(aws: LocalAws, topic: str) -> str:
    """The URL of a queue that is subscribed to the topic."""
    sqs = aws.client("sqs")
    url = str(sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def test_a_published_message_arrives_once_and_unchanged(aws: LocalAws, topic: str, inbox: str) -> None:
    text = "Grüße & <b> 100 % + 🎤"
    aws.client("sns").publish(TopicArn=topic, Subject="transcribe_audio failed", Message=text)
    sqs = aws.client("sqs")
    (message,) = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10)["Messages"]
    body: dict[str, Any] = json.loads(message["Body"])
    assert (body["Subject"], body["Message"], body["TopicArn"]) == ("transcribe_audio failed", text, topic)
    sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["All"])["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_calls_are_counted_by_service_and_action(aws: LocalAws, topic: str, inbox: str) -> None:
    aws.control("DELETE", "/_calls")
    aws.client("sns").publish(TopicArn=topic, Message="text")
    aws.client("sqs").receive_message(QueueUrl=inbox)
    assert aws.control("GET", "/_calls") == {"sns": {"Publish": 1}, "sqs": {"ReceiveMessage": 1}}


def test_queues_answer_the_query_protocol_too(aws: LocalAws, inbox: str) -> None:
    def call_sqs(**parameters: str) -> ElementTree.Element:
        headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/sqs/aws4_request"}
        body = urllib.parse.urlencode({"Version": "2012-11-05", **parameters}).encode()
        request = urllib.request.Request(inbox, body, headers)  # noqa: S310  (its own server)
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return ElementTree.fromstring(answer.read())  # noqa: S314

    aws.control("DELETE", "/_calls")
    call_sqs(Action="SendMessage", MessageBody="a + b & c")
    bodies = [element.text for element in call_sqs(Action="ReceiveMessage").iter() if element.tag.endswith("}Body")]
    assert bodies == ["a + b & c"]
    assert aws.control("GET", "/_calls") == {"sqs": {"ReceiveMessage": 1, "SendMessage": 1}}
