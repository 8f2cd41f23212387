"""Runs that uploads start: S3 tells a queue, Airflow's triggerer watches the queue, and scheduled runs go on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from local.resources import BUCKET
from local.stack import Stack
from standin.account import ACCOUNT_ID
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.process_kills import kill_tree
from tests.support.pipeline.spoken_recordings import CLIPS
from tests.support.pipeline.waiting import until
from transcription.contract import keys

QUEUE = "transcription-uploads"
BURST = 500
#: The plan refuses files with such names and moves them to `failed/`. Transcribing 500 files would take much longer.
REFUSED = [f"{number:03d}{'x' * 1_000}.wav" for number in range(BURST - 1)]
#: A burst takes seconds. On a busy machine, no pause between two of its uploads is as long.
QUIET_SECONDS = 10
LIMIT = 240


class Uploads:
    """The queue of uploads, in which the bucket of the stack sends a message for each object below `input/`."""

    def __init__(self, endpoint: str) -> None:
        session: Any = boto3.Session("tests", "made up", region_name="us-east-1")
        self._sqs = session.client("sqs", endpoint_url=endpoint)
        self._url = self._sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rules = [{"Name": "prefix", "Value": keys.INPUT_FOLDER}]
        notification = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
        session.client("s3", endpoint_url=endpoint).put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [notification]}
        )

    def waiting(self) -> int:
        """Return the number of messages that wait. A message that was received and not deleted does not count."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])


@dataclass(frozen=True)
class Story:
    """What became of a burst of uploads, and of an upload during which the triggerer was killed."""

    burst_runs: list[str]
    inputs_after_burst: list[str]
    failed: list[str]
    scheduled_runs: list[str]
    runs_after_kill: list[str]
    objects: list[str]
    #: The states of all runs that have ended.
    states: set[str]
    #: The most runs that were at work at once.
    most_active_runs: int


@pytest.fixture(scope="module")
def uploading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yield a stack that runs every three minutes and after uploads."""
    settings = {
        "schedule": "*/3 * * * *",
        "upload_queue": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT_ID}/{QUEUE}",
        "upload_quiet_seconds": str(QUIET_SECONDS),
    }
    folder: Path = tmp_path_factory.mktemp("uploading")
    with Stack(folder, scheduled=True, settings=settings, triggerer=True) as running:
        yield running


@pytest.fixture(scope="module")
def story(uploading: Stack) -> Story:
    pipeline = Pipeline(uploading)
    uploads = Uploads(pipeline.endpoint)
    active: list[int] = []

    def runs(kind: str) -> list[str]:
        active.append(sum(state == "running" for state in pipeline.ui.run_states().values()))
        return [run_id for run_id in pipeline.ui.run_states() if run_id.startswith(f"{kind}__")]

    def is_idle() -> bool:
        runs("")
        return not pipeline.ui.active_runs() and not pipeline.keys("input/") and uploads.waiting() == 0

    def watches() -> bool:
        return pipeline.calls().get("sqs", {}).get("ReceiveMessage", 0) > 0

    until("the triggerer watches the queue", watches, limit=LIMIT)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: pipeline.put(keys.INPUT_FOLDER + name, b"no audio"), REFUSED))
    pipeline.upload_recordings({"last.wav": CLIPS[0]})
    until("a run after the burst", lambda: runs("asset_triggered"), limit=LIMIT)
    until("the end of the burst", is_idle, limit=LIMIT)
    burst_runs, inputs, failed = runs("asset_triggered"), pipeline.keys("input/"), pipeline.keys("failed/")

    pipeline.upload_recordings({"during-kill.wav": CLIPS[1]})
    until("the trigger receives the message", lambda: uploads.waiting() == 0, limit=LIMIT)
    triggerer = uploading.airflow.components["triggerer"]
    kill_tree(psutil.Process(triggerer.pid))
    triggerer.wait()
    uploading.airflow.start_component("triggerer")
    until("a run after the kill", lambda: len(runs("asset_triggered")) > len(burst_runs), limit=LIMIT)
    until("a scheduled run", lambda: runs("scheduled"), limit=LIMIT)
    until("the end of all runs", is_idle, limit=LIMIT)
    return Story(
        burst_runs,
        inputs,
        failed,
        runs("scheduled"),
        runs("asset_triggered"),
        pipeline.keys(),
        set(pipeline.ui.run_states().values()) - {"queued", "running"},  # a scheduled run may just have started
        max(active),
    )


def test_a_burst_of_500_uploads_starts_one_or_two_runs_and_loses_none(story: Story) -> None:
    assert len(story.burst_runs) in (1, 2)
    assert story.inputs_after_burst == []
    assert {keys.failed(keys.INPUT_FOLDER + name) for name in REFUSED} <= set(story.failed)
    assert {"processed/last.wav", "output/last"} <= set(story.objects)


def test_an_upload_is_transcribed_although_the_triggerer_was_killed(story: Story) -> None:
    assert len(story.runs_after_kill) > len(story.burst_runs)
    assert {"processed/during-kill.wav", "output/during-kill"} <= set(story.objects)


def test_scheduled_runs_go_on_and_one_run_works_at_a_time(story: Story) -> None:
    assert story.scheduled_runs
    assert story.states == {"success"}
    assert story.most_active_runs == 1
