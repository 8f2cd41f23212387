"""The check that an alarm reaches people: CloudWatch's own test of an alarm, from its state to the subscriptions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from infra.check_result import Result, State, failed, ok
from infra.smoke.deployed import Deployed

NAME = "alert"
_REASON = "A test by `make smoke`. The alarm returns to its own state by itself."
#: How often the alarm's history is read, and the seconds between.
_TRIES, _INTERVAL = 12, 5.0


def check_alert(
    client: Callable[[str], Any], deployed: Deployed, sleep: Callable[[float], None] = time.sleep
) -> Result:
    """Set off an alarm, and look whether its message reached the topic and who receives it.

    Args:
        client: Returns the boto3 client of a service.
        deployed: The deployment.
        sleep: Waits for a number of seconds.
    """
    cloudwatch = client("cloudwatch")
    # Without MWAA, nothing measures runs.
    alarm = "RunFailed" if deployed.environment else "SystemFailed"
    prefix = f"{deployed.name}-airflow-Alarms{alarm}"
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    if not alarms:
        return failed(NAME, f"there is no alarm {prefix}…", "Deploy again: make deploy")
    name = alarms[0]["AlarmName"]
    if alarms[0]["StateValue"] == "ALARM":
        # An alarm acts only when its state changes.
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason=_REASON)
    earlier = _actions(cloudwatch, name)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=_REASON)
    try:
        summary = _new_action(cloudwatch, name, earlier, sleep)
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason=_REASON)
    if "Successfully executed" not in summary:
        advice = "Check the policies of the alert topic and of its key."
        return failed(NAME, summary or f"{name} was set off, and did nothing", advice)
    return _check_subscriptions(client("sns"), deployed.topic, alarm)


def _actions(cloudwatch: Any, alarm: str) -> list[Any]:
    """Return the newest action of an alarm, or nothing if there was none."""
    history = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action", MaxRecords=1)
    items: list[Any] = history["AlarmHistoryItems"]
    return items


def _new_action(cloudwatch: Any, alarm: str, earlier: list[Any], sleep: Callable[[float], None]) -> str:
    """Return what CloudWatch wrote about an action of an alarm that followed the earlier one.

    If there is none after a minute, return an empty text.
    """
    for _ in range(_TRIES):
        if (items := _actions(cloudwatch, alarm)) and items != earlier:
            return str(items[0]["HistorySummary"])
        sleep(_INTERVAL)
    return ""


def _check_subscriptions(sns: Any, topic: str, alarm: str) -> Result:
    """Check that somebody receives the messages of the topic, to which an alarm sent one."""
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    confirmed = [entry["Endpoint"] for entry in subscriptions if entry["SubscriptionArn"].startswith("arn:")]
    waiting = [entry["Endpoint"] for entry in subscriptions if entry["Endpoint"] not in confirmed]
    if confirmed:
        return ok(NAME, f"{alarm} was set off, and went to {', '.join(confirmed)}: look whether it arrived")
    if waiting:
        text = f"{alarm} reached the topic, but {', '.join(waiting)} has not confirmed AWS's mail"
        return Result(NAME, State.WARNING, text, "Open the mail “AWS Notification - Subscription Confirmation”.")
    text = f"{alarm} reached the topic, and nobody receives it"
    return Result(NAME, State.WARNING, text, "Deploy with -c alert_mail=… or subscribe to the output AlertTopic.")
