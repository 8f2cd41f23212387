"""Alarms, the alert topic, the rule for blocked jobs, and the dashboard."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra import metrics
from infra.app import make_app
from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import ACCOUNT, SynthesizedStacks
from transcriber.shard import metrics as container_metrics
from transcription.contract.errors import AudioCorrupt, StorageDenied


def alarm(deployment: SynthesizedStacks, name: str) -> Any:
    """Return the properties of an alarm."""
    return deployment.properties("AWS::CloudWatch::Alarm", f"Alarms{name}")


def test_every_alarm_goes_to_the_alert_topic_with_a_description(deployment: SynthesizedStacks) -> None:
    alarms = deployment.resources("AWS::CloudWatch::Alarm")
    assert len(alarms) == (7 if deployment.resources("AWS::SQS::Queue") else 5)
    for resource in alarms.values():
        assert deployment.resolve(resource["Properties"]["AlarmActions"]) == [
            deployment.output("airflow", "AlertTopic")
        ]
        assert resource["Properties"].get("ActionsEnabled", True)
        assert len(resource["Properties"]["AlarmDescription"]) > 20


def test_alarms_and_events_may_publish_encrypted_messages_over_tls_only(deployment: SynthesizedStacks) -> None:
    topic = deployment.output("airflow", "AlertTopic")
    key = deployment.properties("AWS::KMS::Key")
    policy = deployment.properties("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com"):
        context = {"aws:SourceAccount": ACCOUNT, "aws:SecureTransport": "true"}
        for statements, action, resource in (
            (policy, "sns:Publish", topic),
            (key["KeyPolicy"]["Statement"], "kms:GenerateDataKey", "*"),
            (key["KeyPolicy"]["Statement"], "kms:Decrypt", "*"),
        ):
            assert is_allowed(statements, action, resource, context, service), (service, action)
            if action == "sns:Publish":
                without_tls = {**context, "aws:SecureTransport": "false"}
                assert not is_allowed(statements, action, resource, without_tls, service)
    assert key["EnableKeyRotation"] is True
    # An alarm of another account may not publish.
    foreign = {"aws:SourceAccount": "444455556666"}
    for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com"):
        assert not is_allowed(policy, "sns:Publish", topic, {**foreign, "aws:SecureTransport": "true"}, service)


def test_the_alert_mail_address_is_subscribed_to_the_topic(
    default: SynthesizedStacks, other: SynthesizedStacks
) -> None:
    subscription = other.properties("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "somebody@example.org")
    assert subscription["TopicArn"] == other.output("airflow", "AlertTopic")
    assert not default.resources("AWS::SNS::Subscription")


def breaches(definition: Mapping[str, Any], data: list[float | None]) -> bool:
    """Decide whether an alarm on one metric is in the state ALARM after some data points, the newest last.

    `None` is a period without data.

    Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
    """
    window = data[-definition["EvaluationPeriods"] :]
    breaches_threshold = {
        "GreaterThanOrEqualToThreshold": lambda value: value >= definition["Threshold"],
        "LessThanThreshold": lambda value: value < definition["Threshold"],
    }[definition["ComparisonOperator"]]
    missing_breaches = definition["TreatMissingData"] == "breaching"
    breaching = [missing_breaches if value is None else breaches_threshold(value) for value in window]
    return sum(breaching) >= definition.get("DatapointsToAlarm", definition["EvaluationPeriods"])


def test_a_night_without_a_run_raises_the_alarm_by_two_oclock(deployment: SynthesizedStacks) -> None:
    definition = alarm(deployment, "DidNotRun")
    assert definition["Period"] == 3600
    every_night = [1.0 if hour % 24 == 1 else None for hour in range(72)]
    # An hour has its data point when it ends. Index 25 is the hour from 01:00 to 02:00 of the second day.
    assert not any(breaches(definition, every_night[: hour + 1]) for hour in range(25, 72))
    missed = [*every_night[:25], None]
    assert not breaches(definition, every_night[:25])
    assert breaches(definition, [None] * 24 + missed) is False  # the run of the day before is within the 25 hours
    assert breaches(definition, [*missed, None]), "no alarm one hour later"


def test_a_schedule_with_longer_intervals_has_a_later_alarm(tmp_path: Path) -> None:
    make_app({"missed_run_hours": 73, "image_model": "demo"}, str(tmp_path)).synth()
    definition = alarm(SynthesizedStacks.load(tmp_path, "transcription"), "DidNotRun")
    assert not breaches(definition, [1.0, *[None] * 72])
    assert breaches(definition, [1.0, *[None] * 73])


def test_a_long_run_does_not_count_as_missing(deployment: SynthesizedStacks) -> None:
    # Airflow emits this metric when a scheduled run starts, before its result is known.
    definition = alarm(deployment, "DidNotRun")
    assert (definition["Namespace"], definition["MetricName"], definition["Statistic"]) == (
        "AmazonMWAA",
        "DAGScheduleDelay",
        "SampleCount",
    )
    dimensions = [{"Name": "DAG", "Value": "transcribe_audio"}, {"Name": "Environment", "Value": deployment.name}]
    assert definition["Dimensions"] == dimensions


def test_a_failed_run_raises_the_alarm(deployment: SynthesizedStacks) -> None:
    definition = alarm(deployment, "RunFailed")
    assert (definition["MetricName"], definition["Statistic"]) == ("DAGDurationFailed", "SampleCount")
    assert breaches(definition, [None, 1.0])
    assert not breaches(definition, [None, None])


def test_an_import_error_raises_the_alarm_within_a_quarter_of_an_hour(deployment: SynthesizedStacks) -> None:
    definition = alarm(deployment, "DagIsBroken")
    assert definition["MetricName"] == "ImportErrors"
    assert {entry["Value"] for entry in definition["Dimensions"]} == {"DAG Processing", deployment.name}
    assert definition["Period"] * definition["EvaluationPeriods"] <= 15 * 60
    assert not breaches(definition, [0.0, 0.0, 1.0])  # a short import error while files are copied


def queries(definition: Any) -> dict[str, Any]:
    """Return the metrics and expressions of an alarm by their id."""
    return {entry["Id"]: entry for entry in definition["Metrics"]}


def evaluate(definition: Any, values: Mapping[str, float]) -> float:
    """Return the value of an alarm's expression of FILL, + and -. Metrics that `values` lacks have no data."""
    expression = next(entry["Expression"] for entry in definition["Metrics"] if entry.get("ReturnData", True))
    total, sign = 0.0, 1
    for word in expression.replace("FILL(", "").replace(", 0)", "").split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            total += sign * values.get(word, 0)
    return total


def test_failures_of_the_system_and_of_recordings_have_separate_alarms(deployment: SynthesizedStacks) -> None:
    system, audio = alarm(deployment, "SystemFailed"), alarm(deployment, "AudioFailed")
    truncated = {"total": 3.0, "audio_truncated": 3.0}
    denied = {"total": 2.0}
    assert evaluate(system, truncated) == 0
    assert evaluate(audio, truncated) == 3
    assert evaluate(system, denied) == 2
    assert evaluate(audio, denied) == 0
    assert evaluate(system, {"total": 5.0, "audio_truncated": 3.0}) == 2
    for definition in (system, audio):
        assert definition["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert definition["Threshold"] == 1
        # An alarm may have ten metrics and one expression.
        assert len(definition["Metrics"]) <= 11


def test_alarms_read_the_metrics_that_containers_write(
    deployment: SynthesizedStacks, caplog: pytest.LogCaptureFixture
) -> None:
    bucket = deployment.output("storage", "AudioBucket")
    caplog.set_level(logging.INFO)
    for fault in (AudioCorrupt("…"), StorageDenied("…")):
        container_metrics.put_fault(bucket, fault)
    written: set[tuple[str, str, tuple[tuple[str, str], ...]]] = set()
    for line in (json.loads(record.message) for record in caplog.records):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]:
            dimensions = tuple(sorted((name, line[name]) for name in names))
            written |= {(directive["Namespace"], metric["Name"], dimensions) for metric in directive["Metrics"]}
    metric_queries = queries(alarm(deployment, "SystemFailed"))
    for name in ("total", "audio_corrupt"):
        metric = metric_queries[name]["MetricStat"]["Metric"]
        dimensions = tuple(sorted((entry["Name"], entry["Value"]) for entry in metric["Dimensions"]))
        assert (metric["Namespace"], metric["MetricName"], dimensions) in written
    assert container_metrics.NAMESPACE == metrics.CONTAINER_NAMESPACE


def test_a_blocked_job_is_reported_with_batchs_reason(deployment: SynthesizedStacks) -> None:
    rule = deployment.properties("AWS::Events::Rule")
    # As in the AWS Batch User Guide, "Job queue blocked events".
    assert rule["EventPattern"] == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job Queue Blocked"],
        "detail": {"jobQueue": [deployment.output("batch", "JobQueue")]},
    }
    assert rule["State"] == "ENABLED"
    (target,) = rule["Targets"]
    assert target["Arn"] == deployment.output("airflow", "AlertTopic")
    paths = target["InputTransformer"]["InputPathsMap"].values()
    assert {"$.detail.jobId", "$.detail.statusReason"} == set(paths)


def test_the_dashboard_shows_audio_speed_failures_and_cost(deployment: SynthesizedStacks) -> None:
    body = json.loads(deployment.properties("AWS::CloudWatch::Dashboard")["DashboardBody"])
    text = json.dumps(body)
    for name in ("AudioSeconds", "Transcribed", "RealTimeFactor", "Failures", "DAGDurationFailed"):
        assert name in text
    bucket = deployment.output("storage", "AudioBucket")
    search = next(part for part in text.split("SEARCH(") if part.startswith("'{Transcription,Bucket,Code}"))
    assert bucket in search
    # The DAG's reports use the same price.
    assert "/ 3600 * 0.0425" in text
    alarms = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    assert len(alarms[0]["properties"]["alarms"]) == len(deployment.resources("AWS::CloudWatch::Alarm"))
