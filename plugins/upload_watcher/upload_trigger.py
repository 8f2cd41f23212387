"""The trigger that turns a burst of uploads into one event, from which Airflow makes a run.

S3 sends a message for each object below `input/` to a queue in SQS. Airflow's triggerer runs this trigger. It has the
plugins folder on its path and no DAGs folder, so this package is a part of the plugins and imports nothing of the DAG.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any, ClassVar

from airflow.providers.amazon.aws.triggers.sqs import SqsSensorTrigger
from airflow.triggers.base import TriggerEvent
from botocore.exceptions import BotoCoreError, ClientError

#: Seconds after which an event is given out although files still arrive. A run then takes the files of this time.
LONGEST_WAIT = 1_800
#: The most messages that SQS returns, and the most seconds for which it waits for one.
#: Source: Amazon SQS API Reference, ReceiveMessage.
_PAGE, _POLL_SECONDS = 10, 20
#: Seconds for which Airflow may take to store an event, before SQS shows the last message of the burst again.
_SECONDS_TO_STORE = 60
#: Seconds until the next try after AWS refused a request or could not be reached.
_RETRY_SECONDS = 60


class UploadTrigger(SqsSensorTrigger):
    """A trigger that waits until nothing was uploaded for a quiet time, and then fires one event.

    All messages of a burst are deleted as they arrive, except the last one. It is deleted when the trigger runs again:
    the triggerer starts a trigger that has ended only after it has stored its event in Airflow's database. If the
    triggerer is lost before, SQS shows the message again, and there is an event after all. An event too many costs a
    run that finds nothing.

    Args:
        sqs_queue: The URL of the queue.
        quiet_seconds: The quiet time.
    """

    #: The receipt of the last message of the burst whose event was given out, by the id of the trigger.
    _given_out: ClassVar[dict[int | None, str]] = {}

    def __init__(self, sqs_queue: str, quiet_seconds: int) -> None:
        super().__init__(sqs_queue=sqs_queue)
        self.quiet_seconds = quiet_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the path of this class and its arguments, from which the triggerer makes the trigger."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"sqs_queue": self.sqs_queue, "quiet_seconds": self.quiet_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for a burst of uploads, and yield one event with the number of its messages.

        An error of AWS does not end the trigger, because the triggerer would start it again at once, without a pause.
        """
        messages = 0
        while not messages:
            try:
                async with await self.hook.get_async_conn() as client:  # type: ignore[no-untyped-call]
                    await self._forget_last_burst(client)
                    messages = await self._gather_burst(client)
            except (BotoCoreError, ClientError) as error:
                self.log.warning("Uploads start no run at the moment: %s: %s", self.sqs_queue, error)
                await asyncio.sleep(_RETRY_SECONDS)
        yield TriggerEvent({"messages": messages})  # type: ignore[no-untyped-call]

    async def _forget_last_burst(self, client: Any) -> None:
        """Delete the last message of the burst whose event Airflow has stored."""
        if receipt := self._given_out.get(self.trigger_id):
            await self._delete(client, [receipt])
            del self._given_out[self.trigger_id]

    async def _gather_burst(self, client: Any) -> int:
        """Receive the messages of one burst, delete all but the last one, and return their number.

        Returns:
            The number of messages. SQS can deliver a message twice, so it can be larger than the number of uploads.
        """
        total, kept = 0, dict[str, Any]()
        began = latest = time.monotonic()
        while True:
            left = latest + self.quiet_seconds - time.monotonic() if kept else _POLL_SECONDS
            messages = await self._receive(client, min(max(math.ceil(left), 1), _POLL_SECONDS))
            uploads = [message for message in messages if not _is_test(message["Body"])]
            finished = [message for message in messages if _is_test(message["Body"])]
            if uploads:
                latest = time.monotonic()
                began = began if kept else latest
                total += len(uploads)
                earlier, kept = [*filter(None, [kept]), *uploads[:-1]], uploads[-1]
                # SQS may have delivered the newest message before.
                finished += [message for message in earlier if message["MessageId"] != kept["MessageId"]]
            await self._delete(client, [message["ReceiptHandle"] for message in finished])
            now = time.monotonic()
            is_quiet = not uploads and now >= latest + self.quiet_seconds
            if kept and (is_quiet or now >= began + LONGEST_WAIT):
                self._given_out[self.trigger_id] = kept["ReceiptHandle"]
                return total

    async def _receive(self, client: Any, seconds: int) -> list[dict[str, Any]]:
        """Receive up to 10 messages, and wait up to `seconds` seconds for the first one.

        A received message stays invisible for longer than the quiet time, so that this trigger does not receive the
        last message of a burst again.
        """
        response = await client.receive_message(
            QueueUrl=self.sqs_queue,
            MaxNumberOfMessages=_PAGE,
            WaitTimeSeconds=seconds,
            VisibilityTimeout=self.quiet_seconds + _SECONDS_TO_STORE,
        )
        messages: list[dict[str, Any]] = response.get("Messages", [])
        return messages

    async def _delete(self, client: Any, receipts: Iterable[str]) -> None:
        """Delete up to 10 messages. SQS delivers a message again that it could not delete."""
        entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)]
        if entries:
            await client.delete_message_batch(QueueUrl=self.sqs_queue, Entries=entries)


def _is_test(body: str) -> bool:
    """Return whether a message is the test event that S3 sends when somebody sets the notifications of a bucket.

    Source: Amazon S3 User Guide, "Event message structure".
    """
    try:
        return bool(json.loads(body)["Event"] == "s3:TestEvent")
    except (ValueError, KeyError, TypeError):
        return False
