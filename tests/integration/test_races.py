"""People who go on working while a run does: files uploaded again, deleted, and added all the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from threading import Event, Thread

import pytest

from local.stack import Stack
from tests.integration.conftest import CHILDREN
from tests.support.pipeline.fault_scenarios import Night, spend_night
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.run_checks import PLACES, Aftermath
from tests.support.pipeline.spoken_recordings import CLIPS, NOISE
from tests.support.pipeline.waiting import until
from transcription.contract.keys import RunKeys, run_name

#: In the order of their children. The third one has to wait, and those behind it with it.
AGAIN_AFTER, GONE_AFTER, FIRST_THAT_WAITS, AGAIN_BEFORE, GONE_BEFORE, AGAIN_WHILE_MOVED = FILES = (
    "0-again-after.wav",
    "1-gone-after.wav",
    "2.wav",
    "3-again-before.wav",
    "4-gone-before.wav",
    "5-again-while-moved.wav",
)
UNREADABLE = "6-unreadable.wav"
AGAIN = [AGAIN_AFTER, AGAIN_BEFORE, AGAIN_WHILE_MOVED]


@dataclass(frozen=True)
class Story:
    """A run during which files are uploaded again and deleted; then the next one."""

    first: Night
    #: The text of a file that was deleted when it was there already.
    orphan: str
    next: Aftermath


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.give({**dict.fromkeys(FILES, CLIPS[0]), UNREADABLE: NOISE})
    pipeline.add_fault(kind="stuck", child=FILES.index(FIRST_THAT_WAITS))
    run_id = pipeline.people.trigger()
    results = RunKeys(run_name(run_id)).results
    until("two results", lambda: len(pipeline.keys(results)) == 2)
    pipeline.give({AGAIN_BEFORE: CLIPS[1], AGAIN_AFTER: CLIPS[2]})
    pipeline.take_back(GONE_BEFORE)
    pipeline.take_back(GONE_AFTER)
    pipeline.end_faults()
    # A copy that has to be made again gives time to upload others between their copy and their deletion.
    pipeline.add_fault(kind="lose_answer", action="COPY failed/", times=3)
    until("a copy", lambda: f"processed/{AGAIN_WHILE_MOVED}" in pipeline.keys("processed/"), tick=0.01)
    pipeline.give({AGAIN_WHILE_MOVED: CLIPS[3]})
    first = spend_night(pipeline, run_id)
    orphan = pipeline.read(f"output/{GONE_AFTER.removesuffix('.wav')}").decode()
    return Story(first, orphan, Aftermath.of(pipeline, pipeline.run()))


def test_a_file_uploaded_again_during_the_run_waits_for_the_next_one(story: Story) -> None:
    """The transcript of the next run is that of the new recording, and the old recording is nowhere in its place."""
    story.first.aftermath.check(jobs=[len(FILES) + 1], left=AGAIN, failed=[UNREADABLE])
    story.next.check(jobs=[len(AGAIN)], failed=[UNREADABLE])


@pytest.mark.parametrize("name", [*AGAIN, GONE_AFTER, GONE_BEFORE])
def test_the_report_says_what_became_of_a_file_that_changed(story: Story, name: str) -> None:
    code = "INPUT_CHANGED" if "again" in name else "INPUT_DELETED"
    assert f"'input/{name}' {code}" in story.first.logs["report"]


def test_a_file_deleted_during_the_run_stays_deleted(story: Story) -> None:
    story.first.aftermath.check(jobs=[len(FILES) + 1], left=AGAIN, failed=[UNREADABLE])
    assert not {GONE_AFTER, GONE_BEFORE} & {name for place in PLACES for name in story.next.names(place)}


def test_what_was_transcribed_before_its_audio_was_deleted_is_kept(story: Story) -> None:
    assert story.orphan == f"{CLIPS[0].says}\n"


@contextmanager
def second_writer(pipeline: Pipeline) -> Iterator[None]:
    """Somebody who uploads without a pause: new names, and every other time a name that is there already."""
    over = Event()

    def write() -> None:
        numbers, recordings = count(), cycle(CLIPS)
        while not over.wait(0.3):
            number = next(numbers)
            pipeline.give({f"{number}.wav": next(recordings), f"{number // 2}.wav": next(recordings)})

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_a_second_writer_loses_nothing(pipeline: Pipeline) -> None:
    pipeline.give({"0.wav": CLIPS[0]})
    with second_writer(pipeline):
        during = pipeline.run()
    aftermath = Aftermath.of(pipeline, during)
    assert aftermath.report is not None
    aftermath.check(jobs=[min(CHILDREN, len(aftermath.report["files"]))], left=None)
    waiting = len(pipeline.keys("input/"))
    assert waiting > 10
    Aftermath.of(pipeline, pipeline.run()).check(jobs=[min(CHILDREN, waiting)])
