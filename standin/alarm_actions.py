"""What moto lacks of CloudWatch's alarms: an alarm that is set off notifies its topics, and its history says so."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

_set_alarm_state_of_moto = CloudWatchBackend.set_alarm_state
#: The actions of each alarm by its ARN, the newest first.
_history: dict[str, list[dict[str, Any]]] = defaultdict(list)


def install(publish: Callable[[str, str], None]) -> None:
    """Add the actions of alarms to moto.

    Args:
        publish: Sends a message to an SNS topic, whose ARN it is given first.
    """

    def set_alarm_state(backend: CloudWatchBackend, alarm_name: str, reason: str, data: str, state: str) -> None:
        _set_alarm_state_of_moto(backend, alarm_name, reason, data, state)
        if state == "ALARM":
            alarm = backend.alarms[alarm_name]
            for topic in alarm.alarm_actions:
                publish(topic, json.dumps({"AlarmName": alarm_name, "NewStateValue": state, "NewStateReason": reason}))
                _history[alarm.alarm_arn].insert(0, _item(alarm_name, topic))

    CloudWatchBackend.set_alarm_state = set_alarm_state  # type: ignore[method-assign, assignment]
    CloudWatchResponse.describe_alarm_history = _describe_alarm_history  # type: ignore[attr-defined]


def _item(alarm: str, topic: str) -> dict[str, Any]:
    """Return the entry of the history about an action that was executed."""
    return {
        "AlarmName": alarm,
        "AlarmType": "MetricAlarm",
        "Timestamp": datetime.now(UTC),
        "HistoryItemType": "Action",
        "HistorySummary": f"Successfully executed action {topic}",
    }


def _describe_alarm_history(response: CloudWatchResponse) -> ActionResult:
    """Answer DescribeAlarmHistory, for the actions of one alarm."""
    alarm = response.cloudwatch_backend.alarms.get(response._get_param("AlarmName"))
    items = _history[alarm.alarm_arn] if alarm else []
    return ActionResult({"AlarmHistoryItems": items[: response._get_int_param("MaxRecords", 100)]})
