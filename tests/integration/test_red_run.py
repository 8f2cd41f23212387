"""A red run: one job in which a child fails in every way. Finished work is kept, and no file is lost."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from local.aws_client import KEY_ID, REGION, SECRET
from local.resources import ALERT_TOPIC
from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP
from tests.support.pipeline.waiting import until
from transcription.contract.run_keys import RunKeys, run_name

#: The files, in the order of their children, named after their faults, with the reason that people must read.
REASONS = {
    "0-memory.wav": "OutOfMemoryError: Container killed due to memory usage",
    "1-image.wav": "CannotPullContainerError",
    "2-time.wav": "Job attempt duration exceeded timeout",
    "3-denied.wav": "exit code 1",
    "4-machine.wav": "Host EC2 (instance i-",
}
GOOD = "5-good.wav"


@dataclass(frozen=True)
class Story:
    """A red run, and the same run after its causes are removed and `transcribe` is cleared."""

    red: FaultyRun
    #: `job.json` at the end of the red run.
    job: dict[str, Any]
    #: The addresses of each task's buttons, by task id and button.
    buttons: dict[str, dict[str, str]]
    #: The pages to which they lead in the red run, by button.
    pages: dict[str, str]
    #: The log of the child that was denied access.
    child_log: str
    #: The message that the topic's subscriber received.
    alert: dict[str, str]
    green: FaultyRun


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()
    inbox = Inbox(pipeline.endpoint)
    pipeline.upload_recordings(dict.fromkeys([*REASONS, GOOD], CLIP))
    pipeline.add_fault(kind="out_of_memory", child=0)
    pipeline.add_fault(kind="image_pull", child=1)
    pipeline.add_fault(kind="timeout", child=2)
    pipeline.add_fault(kind="deny", methods=["PUT"], prefix="output/3-denied")
    pipeline.add_fault(kind="spot_reclaim", child=4)
    red = run_with_faults(pipeline)
    run_id = red.final.run.run_id
    name = run_name(run_id)
    job = json.loads(pipeline.read(RunKeys(name).job))
    buttons = {task: pipeline.ui.buttons(run_id, task) for task in ("transcribe", "report")}
    child_log = (stack.state / "logs" / "batch" / f"transcribe-{name}" / "3-1.log").read_text()
    alert = until("an alert", inbox.read)
    pages = read_pages(stack, buttons)
    pipeline.ui.clear(run_id, "transcribe")
    return Story(red, job, buttons, pages, child_log, alert, run_with_faults(pipeline, run_id))


def read_pages(stack: Stack, buttons: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the HTML of the pages to which the buttons lead, by button."""
    addresses = {name: address for of_task in buttons.values() for name, address in of_task.items()}
    own = {name: address for name, address in addresses.items() if address.startswith(stack.airflow.url)}
    with stack.airflow.client() as client:
        return {name: client.get(address).raise_for_status().text for name, address in own.items()}


class Inbox:
    """A queue that is subscribed to the alert topic."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session(KEY_ID, SECRET, region_name=REGION)
        self._sqs = session.client("sqs", endpoint_url=endpoint)
        self._queue = self._sqs.create_queue(QueueName=f"inbox-{secrets.token_hex(4)}")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        session.client("sns", endpoint_url=endpoint).subscribe(TopicArn=ALERT_TOPIC, Protocol="sqs", Endpoint=arn)

    def read(self) -> dict[str, str] | None:
        """The next message, or `None` if there is none."""
        messages = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=1).get("Messages", ())
        return next((json.loads(message["Body"]) for message in messages), None)


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_a_child_that_fails_for_good_turns_the_run_red_and_says_why(story: Story, name: str, reason: str) -> None:
    story.red.final.check("failed", jobs=[6], left=REASONS)
    child = list(REASONS).index(name)
    failed = {failure["job_id"].rpartition(":")[2]: failure["reason"] for failure in story.job["failed"]}
    assert reason in failed[str(child)]
    assert f":{child} failed: " in story.red.logs["transcribe"]
    assert name in story.red.logs["report"]


def test_what_the_other_children_did_is_kept(story: Story) -> None:
    story.red.final.check("failed", jobs=[6], left=REASONS)
    assert story.red.final.names("processed/") == {GOOD}


def test_a_lost_machine_is_replaced_twice_and_no_more(story: Story) -> None:
    """Batch's retries are limited, because each of them costs money."""
    assert story.red.fired(kind="spot_reclaim") == [3]
    assert story.red.fired(kind="image_pull") == [3]
    assert story.red.fired(kind="out_of_memory") == [1]
    assert story.red.fired(kind="timeout") == [1]


def test_denied_access_is_named_where_it_happened(story: Story) -> None:
    assert "OBJECT_DENIED" in story.child_log
    assert "output/3-denied" in story.child_log


def test_the_report_names_the_reason_of_each_file(story: Story) -> None:
    assert story.red.final.report is not None
    failures = {file["key"]: file for file in story.red.final.report["not_transcribed"]}
    expected = {**REASONS, "3-denied.wav": "AccessDenied"}
    assert all(reason in failures[f"input/{name}"]["message"] for name, reason in expected.items())
    assert failures["input/3-denied.wav"]["code"] == "OBJECT_DENIED"
    assert "OBJECT_DENIED" in story.red.logs["transcribe"]


def test_clearing_transcribe_submits_only_what_is_missing(story: Story) -> None:
    """The run turns green, and the files of the first job are not transcribed again."""
    story.green.final.check("success", jobs=[6, 5])


def test_failed_children_have_buttons_that_lead_to_their_logs(story: Story) -> None:
    buttons = story.buttons["transcribe"]
    logs = [address for name, address in buttons.items() if name.startswith("Log of failed child")]
    assert len(logs) == 4  # the fifth child never started, so it has no log
    assert "output/3-denied" in story.pages["Log of failed child 3"]
    assert "OBJECT_DENIED" in story.pages["Log of failed child 3"]
    assert story.red.final.run.run_id in story.pages["Batch job"]


def test_buttons_lead_to_what_the_run_has_left(story: Story) -> None:
    assert "5-good" in story.pages["Transcripts"]
    assert story.red.final.run.run_id in story.pages["Report"]
    assert all(f"input/{name}" in story.pages["Report"] for name in REASONS)
    assert all(reason in story.pages["Failed children"] for reason in REASONS.values())


def test_a_red_run_is_told_to_those_who_subscribed(story: Story) -> None:
    assert story.alert["Subject"].startswith("Transcription failed")
    assert story.red.final.run.run_id in story.alert["Message"]
