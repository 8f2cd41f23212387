"""Addresses of console pages are those that the AWS console itself uses."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import boto3
import pytest

from tests.support.dags.bucket_objects import upload
from transcription.shared.aws_console import AwsConsole
from transcription.shared.bucket import Bucket

CONSOLE = AwsConsole("https://console.aws.amazon.com", "eu-west-1", "recordings")


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
    assert console_in(region, monkeypatch) == AwsConsole(base, region, "recordings")


def test_on_aws_people_are_led_to_its_console() -> None:
    assert CONSOLE.folder("output/x & y/") == (
        "https://console.aws.amazon.com/s3/buckets/recordings?region=eu-west-1&prefix=output%2Fx%20%26%20y%2F"
    )
    assert CONSOLE.object("runs/r/report.json") == (
        "https://console.aws.amazon.com/s3/object/recordings?region=eu-west-1&prefix=runs%2Fr%2Freport.json"
    )
    assert CONSOLE.job("0a-1b:3") == "https://console.aws.amazon.com/batch/home?region=eu-west-1#jobs/detail/0a-1b:3"


def test_the_address_of_a_log_is_written_as_cloudwatch_writes_it() -> None:
    address = CONSOLE.log("/aws/batch/job", "transcribe/default/0a1b")
    assert address == (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        "$252Faws$252Fbatch$252Fjob/log-events/transcribe$252Fdefault$252F0a1b"
    )
    group = urlsplit(address).fragment.split("/")[2]
    assert unquote(unquote(group.replace("$", "%"))) == "/aws/batch/job"


def test_without_a_console_people_are_led_to_the_server_that_stands_for_aws(bucket: Bucket) -> None:
    console = AwsConsole.for_bucket(bucket)
    upload(bucket, "output/x & y/a#1", b"seven\n")
    address = urlsplit(console.object("output/x & y/a#1"))
    assert unquote(address.path) == f"/{bucket.name}/output/x & y/a#1"
    assert (address.query, address.fragment) == ("", "")
    assert bucket.client.meta.endpoint_url == f"{address.scheme}://{address.netloc}"
    with urlopen(console.folder("output/x & y/")) as response:  # noqa: S310  (the test's own server)
        assert b"a#1" in response.read()
    with urlopen(console.folder("output/z")) as response:  # noqa: S310  (the test's own server)
        assert b"a#1" not in response.read()
