"""Who is told of what goes wrong, and when."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from infra import metrics
from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import ACCOUNT, SynthesizedStacks
from transcriber.shard import metrics as container_metrics
from transcription.contract.errors import AudioCorrupt, StorageDenied


def alarm(deployment: SynthesizedStacks, name: str) -> Any:
    return deployment.properties("AWS::CloudWatch::Alarm", f"Alarms{name}")


def test_every_alarm_is_sent(deployment: SynthesizedStacks) -> None:
    alarms = deployment.resources("AWS::CloudWatch::Alarm")
    assert len(alarms) == 5
    for found in alarms.values():
        assert deployment.resolve(found["Properties"]["AlarmActions"]) == [deployment.output("airflow", "AlertTopic")]
        assert found["Properties"].get("ActionsEnabled", True)
        assert len(found["Properties"]["AlarmDescription"]) > 20


def test_alarms_and_events_may_publish_and_their_messages_are_encrypted(deployment: SynthesizedStacks) -> None:
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
                plain = {**context, "aws:SecureTransport": "false"}
                assert not is_allowed(statements, action, resource, plain, service)
    assert key["EnableKeyRotation"] is True
    # Another account's alarm may not.
    foreign = {"aws:SourceAccount": "444455556666"}
    assert not is_allowed(policy, "sns:Publish", topic, foreign, "cloudwatch.amazonaws.com")


def test_somebody_is_mailed_where_that_was_asked_for(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    subscription = other.properties("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "somebody@example.org")
    assert subscription["TopicArn"] == other.output("airflow", "AlertTopic")
    assert not default.resources("AWS::SNS::Subscription")


def breaches(definition: Mapping[str, Any], data: list[float | None]) -> bool:
    """Whether an alarm on one metric goes off after these data, the newest last; `None` is none at all.

    Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
    """
    window = data[-definition["EvaluationPeriods"] :]
    over = {
        "GreaterThanOrEqualToThreshold": lambda value: value >= definition["Threshold"],
        "LessThanThreshold": lambda value: value < definition["Threshold"],
    }[definition["ComparisonOperator"]]
    missing = definition["TreatMissingData"] == "breaching"
    bad = [missing if value is None else over(value) for value in window]
    return sum(bad) >= definition.get("DatapointsToAlarm", definition["EvaluationPeriods"])


def test_a_night_without_a_run_is_seen_by_two_oclock(deployment: SynthesizedStacks) -> None:
    found = alarm(deployment, "DidNotRun")
    assert found["Period"] == 3600
    every_night = [1.0 if hour % 24 == 1 else None for hour in range(72)]
    # Each hour's datum is there when the hour is over: index 25 is the hour from 01:00 to 02:00 of the second day.
    assert not any(breaches(found, every_night[: hour + 1]) for hour in range(25, 72))
    missed = [*every_night[:25], None]
    assert not breaches(found, every_night[:25])
    assert breaches(found, [None] * 24 + missed) is False  # yesterday's run is still within the 25 hours …
    assert breaches(found, [*missed, None]), "… an hour later at the latest, it is not"


def test_a_run_that_takes_all_night_is_no_missing_run(deployment: SynthesizedStacks) -> None:
    # Given when a run starts, whatever becomes of it, and for scheduled runs only.
    found = alarm(deployment, "DidNotRun")
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == (
        "AmazonMWAA",
        "DAGScheduleDelay",
        "SampleCount",
    )
    wanted = [{"Name": "DAG", "Value": "transcribe_audio"}, {"Name": "Environment", "Value": deployment.name}]
    assert found["Dimensions"] == wanted


def test_a_red_run_is_seen(deployment: SynthesizedStacks) -> None:
    found = alarm(deployment, "RunFailed")
    assert (found["MetricName"], found["Statistic"]) == ("DAGDurationFailed", "SampleCount")
    assert breaches(found, [None, 1.0])
    assert not breaches(found, [None, None])


def test_a_dag_that_cannot_be_read_is_seen_before_the_night(deployment: SynthesizedStacks) -> None:
    found = alarm(deployment, "DagIsBroken")
    assert found["MetricName"] == "ImportErrors"
    assert {entry["Value"] for entry in found["Dimensions"]} == {"DAG Processing", deployment.name}
    assert found["Period"] * found["EvaluationPeriods"] <= 15 * 60
    assert not breaches(found, [0.0, 0.0, 1.0])  # as while files are being copied


def queries(definition: Any) -> dict[str, Any]:
    return {entry["Id"]: entry for entry in definition["Metrics"]}


def evaluate(definition: Any, values: Mapping[str, float]) -> float:
    """The value of an alarm's expression, of FILL, + and -; metrics that are not in `values` have no data."""
    expression = next(entry["Expression"] for entry in definition["Metrics"] if entry.get("ReturnData", True))
    total, sign = 0.0, 1
    for word in expression.replace("FILL(", "").replace(", 0)", "").split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            total += sign * values.get(word, 0)
    return total


def test_a_broken_system_and_a_broken_recording_are_told_apart(deployment: SynthesizedStacks) -> None:
    system, audio = alarm(deployment, "SystemFailed"), alarm(deployment, "AudioFailed")
    truncated = {"total": 3.0, "audio_truncated": 3.0}
    denied = {"total": 2.0}
    assert evaluate(system, truncated) == 0
    assert evaluate(audio, truncated) == 3
    assert evaluate(system, denied) == 2
    assert evaluate(audio, denied) == 0
    assert evaluate(system, {"total": 5.0, "audio_truncated": 3.0}) == 2
    for found in (system, audio):
        assert found["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert found["Threshold"] == 1
        # CloudWatch takes ten metrics for an alarm.
        assert len(found["Metrics"]) <= 11


def test_alarms_look_at_the_metrics_that_containers_write(
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
    found = queries(alarm(deployment, "SystemFailed"))
    for name in ("total", "audio_corrupt"):
        metric = found[name]["MetricStat"]["Metric"]
        dimensions = tuple(sorted((entry["Name"], entry["Value"]) for entry in metric["Dimensions"]))
        assert (metric["Namespace"], metric["MetricName"], dimensions) in written
    assert container_metrics.NAMESPACE == metrics.CONTAINER_NAMESPACE


def test_a_job_that_no_machine_is_found_for_is_told_of_with_batchs_reason(deployment: SynthesizedStacks) -> None:
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
    shown = target["InputTransformer"]["InputPathsMap"].values()
    assert {"$.detail.jobId", "$.detail.statusReason"} == set(shown)


def test_the_dashboard_shows_audio_speed_failures_and_cost(deployment: SynthesizedStacks) -> None:
    body = json.loads(deployment.properties("AWS::CloudWatch::Dashboard")["DashboardBody"])
    text = json.dumps(body)
    for name in ("AudioSeconds", "Transcribed", "RealTimeFactor", "Failures", "DAGDurationFailed"):
        assert name in text
    bucket = deployment.output("storage", "AudioBucket")
    search = next(entry for entry in text.split("SEARCH(") if entry.startswith("'{Transcription,Bucket,Code}"))
    assert bucket in search
    # The price is the one that the DAG's own reports use.
    assert "/ 3600 * 0.0425" in text
    alarms = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    assert len(alarms[0]["properties"]["alarms"]) == 5
