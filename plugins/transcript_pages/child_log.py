"""The end of the log of a Batch child, from CloudWatch. The local stack has the same API."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

#: Number of lines that a page shows.
LINES = 1_000


@cache
def _client(endpoint: str, region: str) -> Any:
    config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
    session = boto3.session.Session(region_name=region or None)
    return session.client("logs", endpoint_url=endpoint or None, config=config)


def last_lines(group: str, stream: str) -> list[str] | None:
    """Return the last lines of a log stream, the oldest first; None if the stream does not exist any more."""
    client = _client(os.environ.get("AWS_ENDPOINT_URL", ""), os.environ.get("AWS_REGION", ""))
    try:
        page = client.get_log_events(
            logGroupName=group, logStreamName=stream, limit=LINES, startFromHead=False, unmask=False
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return [str(event["message"]).rstrip("\n") for event in page["events"]]
