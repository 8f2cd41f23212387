"""Logs of Batch children in CloudWatch."""

from __future__ import annotations

import time
from contextlib import suppress

from tests.support.standin.standin_server import LocalAws


def write_log(aws: LocalAws, group: str, stream: str, *lines: str) -> None:
    """Add lines to a log stream, which is made if there is none."""
    logs = aws.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
