"""The trigger that makes one event of a burst of uploads, with messages in the SQS of the stand-in."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from aiobotocore.session import get_session

from tests.dags.conftest import aws, shared_aws  # noqa: F401 - pytest finds the fixtures here
from tests.support.standin.standin_server import LocalAws
from upload_watcher import upload_trigger
from upload_watcher.upload_trigger import UploadTrigger

TRIGGER_ID = 7
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "audio"}


class Queue:
    """A queue of uploads, which may not exist yet."""

    def __init__(self, aws: LocalAws) -> None:  # noqa: F811
        self._sqs, self._name = aws.client("sqs"), f"uploads-{uuid.uuid4().hex}"
        self.url = f"{aws.endpoint}/123456789012/{self._name}"

    def create(self) -> None:
        self._sqs.create_queue(QueueName=self._name)

    def send(self, *bodies: Any) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body if isinstance(body, str) else json.dumps(body))

    def send_uploads(self, count: int) -> None:
        """Send one message for each of `count` uploads."""
        for start in range(0, count, 10):
            entries = [{"Id": str(number), "MessageBody": "{}"} for number in range(start, min(start + 10, count))]
            self._sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def show(self, receipt: str) -> None:
        """Make a received message visible again, as SQS does after some time."""
        self._sqs.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0)

    def counts(self) -> tuple[int, int]:
        """Return the numbers of visible and of invisible messages."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        visible, invisible = (int(attributes[name]) for name in names)
        return visible, invisible


class Hook:
    """A hook whose clients connect to the stand-in."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    async def get_async_conn(self) -> Any:
        """Return a client of SQS as a context manager."""
        return get_session().create_client(
            "sqs",
            region_name="us-east-1",
            endpoint_url=self._endpoint,
            aws_access_key_id="tests",
            aws_secret_access_key="made up",  # noqa: S106
        )


@pytest.fixture
def queue(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:  # noqa: F811
    """Return an empty queue. Triggers connect to the stand-in."""
    monkeypatch.setattr(UploadTrigger, "hook", Hook(aws.endpoint))
    monkeypatch.setattr(UploadTrigger, "_given_out", {})
    queue = Queue(aws)
    queue.create()
    return queue


def make_trigger(queue: Queue, trigger_id: int = TRIGGER_ID) -> UploadTrigger:
    """Make a trigger as the triggerer does: from its path and its arguments, with an id."""
    path, arguments = UploadTrigger(queue.url, quiet_seconds=1).serialize()
    assert path == "upload_watcher.upload_trigger.UploadTrigger"
    trigger = UploadTrigger(**json.loads(json.dumps(arguments)))
    trigger.trigger_id = trigger_id
    return trigger


def run(queue: Queue, trigger_id: int = TRIGGER_ID) -> Any:
    """Run a trigger until it ends, and return the payload of its only event."""

    async def events() -> list[Any]:
        return [event.payload async for event in make_trigger(queue, trigger_id).run()]

    (payload,) = asyncio.run(events())
    return payload


def test_a_burst_of_500_uploads_is_one_event(queue: Queue) -> None:
    queue.send_uploads(500)
    assert run(queue) == {"messages": 500}


def test_one_message_is_kept_until_the_event_is_stored(queue: Queue) -> None:
    queue.send_uploads(25)
    run(queue)
    assert queue.counts() == (0, 1)
    # The triggerer runs the trigger again, because it has stored the event.
    queue.send_uploads(1)
    assert run(queue) == {"messages": 1}
    assert queue.counts() == (0, 1)


def test_another_trigger_does_not_delete_the_message(queue: Queue) -> None:
    """After a change of the DAG, the triggerer can start the new trigger before it has stored the event of the old."""
    queue.send_uploads(1)
    run(queue)
    queue.send_uploads(1)
    run(queue, TRIGGER_ID + 1)
    assert queue.counts() == (0, 2)


def test_a_burst_is_announced_again_if_the_triggerer_is_lost(queue: Queue) -> None:
    queue.send_uploads(30)
    assert run(queue) == {"messages": 30}
    queue.show(UploadTrigger._given_out.pop(TRIGGER_ID))  # a new process knows no messages
    assert run(queue) == {"messages": 1}


def test_a_trigger_that_is_cancelled_in_the_middle_of_a_burst_loses_nothing(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_trigger, "_SECONDS_TO_STORE", 1)
    queue.send_uploads(30)

    async def cancel_in_the_middle() -> None:
        trigger = make_trigger(queue)
        trigger.quiet_seconds = 3
        task = asyncio.ensure_future(anext(trigger.run()))
        while queue.counts() != (0, 1):
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(cancel_in_the_middle())
    assert run(queue) == {"messages": 1}


def test_uploads_that_never_stop_start_a_run_too(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_trigger, "LONGEST_WAIT", 0)
    queue.send_uploads(30)
    assert run(queue) == {"messages": 10}
    assert queue.counts() == (20, 1)


def test_the_test_event_of_s3_is_no_upload(queue: Queue) -> None:
    queue.send(TEST_EVENT, TEST_EVENT, "no JSON", "[]")
    assert run(queue) == {"messages": 2}
    assert queue.counts() == (0, 1)


def test_the_trigger_goes_on_after_an_error_of_aws(
    aws: LocalAws,  # noqa: F811
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later, log = Queue(aws), Mock()
    monkeypatch.setattr(UploadTrigger, "log", log)

    async def create(seconds: float) -> None:
        assert seconds == 60
        later.create()
        later.send_uploads(1)

    monkeypatch.setattr(upload_trigger.asyncio, "sleep", create)
    assert run(later) == {"messages": 1}
    (text, url, error), _ = log.warning.call_args
    assert text.startswith("Uploads start no run at the moment")
    assert url == later.url
    assert "NonExistentQueue" in str(error)
