"""Addresses of console pages are those that the AWS console itself uses."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import boto3
import pytest

from transcription.shared.aws_console import AwsConsole, has_console
from transcription.shared.bucket import Bucket

CONSOLE = AwsConsole("https://console.aws.amazon.com", "eu-west-1")


def console_in(region: str, monkeypatch: pytest.MonkeyPatch) -> AwsConsole:
    """Return the console of a bucket in this region of AWS, without a request."""
    bucket = Bucket("recordings")
    session = boto3.Session("key", "secret", region_name=region)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setitem(bucket.__dict__, "client", session.client("s3"))
    return AwsConsole.for_bucket(bucket)


@pytest.mark.parametrize(
    ("region", "base"),
    [
        ("eu-west-1", "https://console.aws.amazon.com"),
        ("cn-north-1", "https://console.amazonaws.cn"),
        ("us-gov-west-1", "https://console.amazonaws-us-gov.com"),
    ],
)
def test_every_partition_has_a_console_of_its_own(region: str, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert console_in(region, monkeypatch) == AwsConsole(base, region)


def test_on_aws_people_are_led_to_its_console() -> None:
    assert CONSOLE.job("0a-1b:3") == "https://console.aws.amazon.com/batch/home?region=eu-west-1#jobs/detail/0a-1b:3"


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://batch.us-east-1.amazonaws.com", True),
        ("https://batch.us-east-1.api.aws", True),
        ("https://batch.cn-north-1.amazonaws.com.cn", True),
        ("https://vpce-0a-1b.batch.eu-west-1.vpce.amazonaws.com", True),
        ("http://127.0.0.1:4566", False),
        ("http://localhost:4566", False),
        ("https://amazonaws.com.example", False),
    ],
)
def test_the_console_shows_only_what_is_on_aws(endpoint: str, expected: bool) -> None:
    assert has_console(endpoint) is expected


def test_the_address_of_a_log_is_written_as_cloudwatch_writes_it() -> None:
    address = CONSOLE.log("/aws/batch/job", "transcribe/default/0a1b")
    assert address == (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        "$252Faws$252Fbatch$252Fjob/log-events/transcribe$252Fdefault$252F0a1b"
    )
    group = urlsplit(address).fragment.split("/")[2]
    assert unquote(unquote(group.replace("$", "%"))) == "/aws/batch/job"
