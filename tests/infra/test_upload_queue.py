"""The queue of uploads: its encryption, who may use it, and the notifications of the audio bucket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.costs import UPLOAD_ALARMS
from tests.support.infra.permissions import is_allowed
from tests.support.infra.role_requests import tasks_may
from tests.support.infra.synthesized_stacks import ACCOUNT, PARTITION, REGION, SynthesizedStacks

ARN = f"arn:{PARTITION}:sqs:{REGION}:{ACCOUNT}:other-uploads"
TLS = {"aws:SecureTransport": "true"}


def queues(deployment: SynthesizedStacks) -> tuple[str, Mapping[str, Any], str, Mapping[str, Any]]:
    """Return the logical id and the properties of the queue, and those of its dead letter queue."""
    found = {name: resource["Properties"] for name, resource in deployment.resources("AWS::SQS::Queue").items()}
    (queue,) = (name for name in found if name.startswith("UploadsQueue"))
    (dead_letters,) = (name for name in found if name.startswith("UploadsDeadLetters"))
    return queue, found[queue], dead_letters, found[dead_letters]


def queue_policy(deployment: SynthesizedStacks, queue: str) -> list[Any]:
    """Return the statements of the policy of the queue with a logical id."""
    (policy,) = (
        resource["Properties"]
        for resource in deployment.resources("AWS::SQS::QueuePolicy").values()
        if resource["Properties"]["Queues"] == [{"Ref": queue}]
    )
    statements: list[Any] = deployment.resolve(policy["PolicyDocument"]["Statement"])
    return statements


def test_a_deployment_has_no_queue_by_default(default: SynthesizedStacks) -> None:
    assert not default.resources("AWS::SQS::Queue")
    assert "NotificationConfiguration" not in default.properties("AWS::S3::Bucket", "Audio")
    assert not any("upload_queue" in name for name in options(default))
    assert not tasks_may(default, "sqs:ReceiveMessage", ARN.replace("other", "transcription"))


def options(deployment: SynthesizedStacks) -> dict[str, str]:
    """Return Airflow's configuration options of an MWAA environment."""
    options: dict[str, str] = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    return options


def test_the_bucket_tells_the_queue_about_objects_below_input_only(other: SynthesizedStacks) -> None:
    queue, *_ = queues(other)
    (audio,) = (bucket for name, bucket in other.resources("AWS::S3::Bucket").items() if name.startswith("Audio"))
    (notification,) = audio["Properties"]["NotificationConfiguration"].pop("QueueConfigurations")
    assert audio["Properties"]["NotificationConfiguration"] == {}
    assert notification == {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": [queue, "Arn"]},
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "input/"}]}},
    }
    # S3 refuses notifications to a queue to which it may not send.
    (policy,) = (
        name
        for name, resource in other.resources("AWS::SQS::QueuePolicy").items()
        if resource["Properties"]["Queues"] == [{"Ref": queue}]
    )
    assert policy in audio["DependsOn"]


def test_messages_are_encrypted_and_kept_for_14_days(other: SynthesizedStacks) -> None:
    _, queue, _, dead_letters = queues(other)
    for properties in (queue, dead_letters):
        assert properties["SqsManagedSseEnabled"] is True
        assert properties["MessageRetentionPeriod"] == 14 * 86_400


def test_messages_that_are_never_deleted_go_to_the_dead_letter_queue(other: SynthesizedStacks) -> None:
    _, queue, dead_letters, _ = queues(other)
    target = {"Fn::GetAtt": [dead_letters, "Arn"]}
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": target, "maxReceiveCount": 10}


def test_an_upload_that_waits_for_an_hour_and_a_dead_letter_set_off_alarms(
    default: SynthesizedStacks, other: SynthesizedStacks, own: SynthesizedStacks
) -> None:
    for deployment, name in ((other, "other"), (own, "own")):
        _, queue, _, dead_letters = queues(deployment)
        assert (queue["QueueName"], dead_letters["QueueName"]) == (f"{name}-uploads", f"{name}-uploads-dead-letters")
        alarms = {
            (alarm["MetricName"], alarm["Dimensions"][0]["Value"]): alarm
            for alarm in (entry["Properties"] for entry in deployment.resources("AWS::CloudWatch::Alarm").values())
            if alarm.get("Namespace") == "AWS/SQS"
        }
        waiting = alarms.pop(("ApproximateAgeOfOldestMessage", queue["QueueName"]))
        dead = alarms.pop(("ApproximateNumberOfMessagesVisible", dead_letters["QueueName"]))
        assert len((waiting, dead)) == UPLOAD_ALARMS
        assert alarms == {}
        # The trigger itself holds a message for up to 45 minutes.
        assert (waiting["Threshold"], dead["Threshold"]) == (3600, 1)
        for alarm in (waiting, dead):
            assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
            assert (alarm["Statistic"], alarm["TreatMissingData"]) == ("Maximum", "notBreaching")
            topic = deployment.output("airflow", "AlertTopic")
            assert deployment.resolve(alarm["AlarmActions"]) == [topic]
    assert "AWS/SQS" not in json.dumps(default.templates["airflow"])


def test_s3_of_this_account_may_send_and_nobody_else(other: SynthesizedStacks) -> None:
    queue, *_ = queues(other)
    policy = queue_policy(other, queue)
    resource = other.resolve({"Fn::GetAtt": [queue, "Arn"]})
    own, foreign = {**TLS, "aws:SourceAccount": ACCOUNT}, {**TLS, "aws:SourceAccount": "444455556666"}
    assert is_allowed(policy, "sqs:SendMessage", resource, own, "s3.amazonaws.com")
    assert not is_allowed(policy, "sqs:SendMessage", resource, foreign, "s3.amazonaws.com")
    assert not is_allowed(policy, "sqs:SendMessage", resource, own, "sns.amazonaws.com")
    assert not is_allowed(policy, "sqs:ReceiveMessage", resource, own, "s3.amazonaws.com")


def test_only_tls_is_accepted(other: SynthesizedStacks) -> None:
    queue, _, dead_letters, _ = queues(other)
    without_tls = {"aws:SecureTransport": "false", "aws:SourceAccount": ACCOUNT}
    for name in (queue, dead_letters):
        resource = other.resolve({"Fn::GetAtt": [name, "Arn"]})
        (deny,) = (statement for statement in queue_policy(other, name) if statement["Effect"] == "Deny")
        assert deny["Action"] == "sqs:*"
        assert deny["Resource"] == resource
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    policy = queue_policy(other, queue)
    resource = other.resolve({"Fn::GetAtt": [queue, "Arn"]})
    assert not is_allowed(policy, "sqs:SendMessage", resource, without_tls, "s3.amazonaws.com")


def test_the_role_of_airflow_may_receive_and_delete_and_no_more(other: SynthesizedStacks) -> None:
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
        assert tasks_may(other, action, ARN)
        assert not tasks_may(other, action, f"{ARN}-2")
    for action in ("sqs:SendMessage", "sqs:PurgeQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue"):
        assert not tasks_may(other, action, ARN)


def test_airflow_gets_the_url_of_the_queue(other: SynthesizedStacks) -> None:
    _, queue, _, _ = queues(other)
    url = f"https://sqs.{REGION}.amazonaws.com.cn/{ACCOUNT}/{queue['QueueName']}"
    assert options(other)["transcription.upload_queue"] == url
    assert ARN.endswith(f":{queue['QueueName']}")


def test_an_existing_airflow_gets_the_url_and_the_permissions(own: SynthesizedStacks) -> None:
    settings = json.loads(own.output("airflow", "DagSettings"))
    assert settings["upload_queue"] == f"https://sqs.{REGION}.amazonaws.com.cn/{ACCOUNT}/own-uploads"
    policy = own.properties("AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
        assert is_allowed(policy, action, ARN.replace("other", "own"), TLS)


@pytest.mark.parametrize("stack", ["batch", "airflow"])
def test_the_queue_can_be_deleted_when_the_setting_is_switched_off(other: SynthesizedStacks, stack: str) -> None:
    """CloudFormation does not delete what another stack imports."""
    outputs = other.templates["storage"]["Outputs"].values()
    exports = [output["Export"]["Name"] for output in outputs if "Export" in output]
    assert exports
    assert not [name for name in exports if "Uploads" in name]
    assert "Uploads" not in json.dumps(other.templates[stack])
