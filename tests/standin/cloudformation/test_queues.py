"""Tests of stacks with queues: a bucket tells a queue about uploads, and stops when the template no longer says so."""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError

from tests.support.standin.standin_server import LocalAws

RETENTION = 14 * 86_400


def resources(name: str) -> dict[str, Any]:
    """Return a bucket, a queue for its uploads, and the queue's dead letter queue."""
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
    }
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 10}
    notification = {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "input/"}]}},
    }
    return {
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": True}},
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": name, "MessageRetentionPeriod": RETENTION, "RedrivePolicy": redrive},
        },
        "Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DependsOn": ["Policy"],
            "Properties": {"BucketName": name, "NotificationConfiguration": {"QueueConfigurations": [notification]}},
        },
    }


def test_a_bucket_tells_a_queue_about_uploads_until_the_template_changes(aws: LocalAws) -> None:
    cloudformation, s3, sqs = (aws.client(service) for service in ("cloudformation", "s3", "sqs"))
    name = f"uploads-{uuid.uuid4().hex[:12]}"
    template = resources(name)
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": template}))
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert int(attributes["MessageRetentionPeriod"]) == RETENTION
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 10
    assert "s3.amazonaws.com" in attributes["Policy"]

    def receive() -> list[Any]:
        """Receive the messages that wait, delete them, and return their bodies."""
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    assert [body["Event"] for body in receive()] == ["s3:TestEvent"]
    s3.put_object(Bucket=name, Key="output/a.txt", Body=b"a")
    s3.put_object(Bucket=name, Key="input/a b.wav", Body=b"a")
    (body,) = receive()
    (record,) = body["Records"]
    assert record["s3"]["bucket"]["name"] == name
    assert unquote_plus(record["s3"]["object"]["key"]) == "input/a b.wav"

    changed = copy.deepcopy(template)
    del changed["Bucket"]["Properties"]["NotificationConfiguration"]
    cloudformation.update_stack(StackName=name, TemplateBody=json.dumps({"Resources": changed}))
    s3.put_object(Bucket=name, Key="input/b.wav", Body=b"b")
    assert receive() == []

    s3.delete_object(Bucket=name, Key="output/a.txt")
    for key in ("input/a b.wav", "input/b.wav"):
        s3.delete_object(Bucket=name, Key=key)
    cloudformation.delete_stack(StackName=name)
    with pytest.raises(ClientError, match="does not exist"):
        sqs.get_queue_url(QueueName=name)
