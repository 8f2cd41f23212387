"""Alerts: the topic of the deployment gets red runs, and summaries if the deployment wants them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.configuration import conf
from airflow.sdk import DAG

from tests.support.standin.standin_server import LocalAws
from transcription.report import alerts

RUN_ID = "scheduled__2026-11-22T01:00:00+00:00"


@pytest.fixture
def topic(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> str:
    """The topic that the deployment names, by ARN."""
    arn = str(aws.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"])
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__ALERT_TOPIC", arn)
    return arn


@pytest.fixture
def received(aws: LocalAws, topic: str) -> Callable[[], list[dict[str, str]]]:
    """Receive the messages that a subscriber of the topic gets, each with `Subject` and `Message`."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def received() -> list[dict[str, str]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return received


def make_context(run_id: str = RUN_ID, summary: str | None = "2 files transcribed", model_doubt: str = "") -> Any:
    """Make the context that Airflow gives to callbacks. `summary` is the XCom of the task `report`, if it has one."""
    xcoms = {("report", "summary"): summary, ("report", "model_doubt"): model_doubt}
    ti = SimpleNamespace(xcom_pull=lambda task_ids, key: xcoms[task_ids, key])
    return {"run_id": run_id, "dag": DAG("transcribe_audio", schedule=None), "ti": ti}


def test_the_alert_for_a_red_run_has_its_name_and_its_page(
    received: Callable[[], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    (notify,) = alerts.on_red_run()
    notify(make_context())
    (message,) = received()
    assert message["Subject"] == f"Transcription failed: {RUN_ID}"
    assert f"The run {RUN_ID} of transcribe_audio failed" in message["Message"]
    assert f"https://airflow.example/dags/transcribe_audio/runs/{RUN_ID}" in message["Message"]


def test_the_alert_is_sent_also_for_a_long_run_id(received: Callable[[], list[dict[str, str]]]) -> None:
    """SNS refuses subjects of more than 100 characters."""
    (notify,) = alerts.on_red_run()
    notify(make_context("manual__" + "x" * 242))
    (message,) = received()
    assert len(message["Subject"]) <= 100
    assert "x" * 242 in message["Message"]


def test_the_summary_is_sent_if_the_deployment_wants_it(
    received: Callable[[], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__DAILY_SUMMARY", "true")
    (notify,) = alerts.on_report()
    notify(make_context())
    (message,) = received()
    assert (message["Subject"], message["Message"]) == (f"Transcribed: {RUN_ID}", "2 files transcribed")


def test_no_summary_is_sent_if_the_report_was_not_announced(
    received: Callable[[], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cleared run with the same figures was announced before."""
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__DAILY_SUMMARY", "true")
    (notify,) = alerts.on_report()
    notify(make_context(summary=None))
    assert received() == []


def test_a_doubt_about_the_model_is_sent_also_without_daily_summaries(
    received: Callable[[], list[dict[str, str]]],
) -> None:
    (notify,) = alerts.on_doubt()
    notify(make_context())
    assert received() == []
    notify(make_context(model_doubt="80 of 100 words are unsure."))
    (message,) = received()
    assert message["Subject"] == f"Transcripts to check: {RUN_ID}"
    assert message["Message"] == "80 of 100 words are unsure.\n\n2 files transcribed"


@pytest.mark.usefixtures("topic")
def test_the_summary_is_not_sent_by_default() -> None:
    assert alerts.on_report() == []


@pytest.mark.parametrize("topic_setting", [None, ""])
def test_without_a_topic_nothing_is_sent(topic_setting: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__DAILY_SUMMARY", "true")
    if topic_setting is not None:
        monkeypatch.setenv("AIRFLOW__TRANSCRIPTION__ALERT_TOPIC", topic_setting)
    assert not conf.get("transcription", "alert_topic", fallback="")
    assert (alerts.on_red_run(), alerts.on_report(), alerts.on_doubt()) == ([], [], [])
