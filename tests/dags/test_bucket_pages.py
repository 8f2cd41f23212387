"""The plugin's entries in the navigation lead to the same pages as the buttons on tasks."""

from __future__ import annotations

import runpy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink

from transcription.contract import keys
from transcription.shared.aws_console import AwsConsole

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "bucket_pages.py"


def page(address: str) -> tuple[str, str, list[str]]:
    """Return host, path and prefix of an address."""
    parts = urlsplit(address)
    return parts.netloc, parts.path, parse_qs(parts.query)["prefix"]


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The addresses by name, as the plugin makes them in the environment of the test."""
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__BUCKET", "recordings")
    views = runpy.run_path(str(PLUGIN))["BucketPages"].external_views
    return {view["name"]: view["href"] for view in views}


@pytest.fixture(params=[("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def console(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AwsConsole:
    """The console of each partition; the environment names its region."""
    region, partition = request.param
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return AwsConsole(f"https://console.{BaseAwsLink.get_aws_domain(partition)}", region, "recordings")


def test_the_entries_lead_to_the_console(console: AwsConsole, entries: dict[str, str]) -> None:
    assert page(entries["Upload audio"]) == page(console.folder(keys.INPUT_FOLDER))
    assert page(entries["Transcripts"]) == page(console.folder(keys.OUTPUT_FOLDER))


@pytest.fixture
def local_console(monkeypatch: pytest.MonkeyPatch) -> AwsConsole:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    return AwsConsole("https://console.aws.amazon.com", "us-east-1", "recordings", "http://127.0.0.1:9")


def test_the_entries_lead_to_the_server_that_stands_in_for_aws(
    local_console: AwsConsole, entries: dict[str, str]
) -> None:
    assert page(entries["Upload audio"]) == page(local_console.folder(keys.INPUT_FOLDER))
    assert page(entries["Transcripts"]) == page(local_console.folder(keys.OUTPUT_FOLDER))
