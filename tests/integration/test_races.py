"""Uploads, repeated uploads and deletions during a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from threading import Event, Thread

import pytest

from local.stack import Stack
from tests.integration.conftest import CHILDREN
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.final_state import PLACES, FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS, NOISE
from tests.support.pipeline.waiting import until
from transcription.contract.run_keys import RunKeys, run_name

#: The files in the order of their children. The third child does not start until the test allows it, nor do later ones.
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
    """A run during which files are uploaded again and deleted, and the run after it."""

    first: FaultyRun
    #: The transcript of a file that was deleted after it was transcribed.
    orphan: str
    next: FinalState


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.upload_recordings({**dict.fromkeys(FILES, CLIPS[0]), UNREADABLE: NOISE})
    pipeline.add_fault(kind="stuck", child=FILES.index(FIRST_THAT_WAITS))
    run_id = pipeline.ui.trigger()
    results = RunKeys(run_name(run_id)).results
    until("two results", lambda: len(pipeline.keys(results)) == 2)
    pipeline.upload_recordings({AGAIN_BEFORE: CLIPS[1], AGAIN_AFTER: CLIPS[2]})
    pipeline.delete_recording(GONE_BEFORE)
    pipeline.delete_recording(GONE_AFTER)
    pipeline.end_faults()
    # A copy that must be repeated gives the test time to upload other files between their copy and their deletion.
    pipeline.add_fault(kind="lose_answer", action="COPY failed/", times=3)
    until("a copy", lambda: f"processed/{AGAIN_WHILE_MOVED}" in pipeline.keys("processed/"), tick=0.01)
    pipeline.upload_recordings({AGAIN_WHILE_MOVED: CLIPS[3]})
    first = run_with_faults(pipeline, run_id)
    orphan = pipeline.read(f"output/{GONE_AFTER.removesuffix('.wav')}").decode()
    return Story(first, orphan, FinalState.read(pipeline, pipeline.run()))


def test_a_file_uploaded_again_during_the_run_waits_for_the_next_one(story: Story) -> None:
    """The next run transcribes the new recording, and only the new recording is in `processed/`."""
    story.first.final.check(jobs=[len(FILES) + 1], left=AGAIN, failed=[UNREADABLE])
    story.next.check(jobs=[len(AGAIN)], failed=[UNREADABLE])


@pytest.mark.parametrize("name", [*AGAIN, GONE_AFTER, GONE_BEFORE])
def test_the_report_says_what_became_of_a_file_that_changed(story: Story, name: str) -> None:
    code = "INPUT_CHANGED" if "again" in name else "INPUT_DELETED"
    assert f"'input/{name}' {code}" in story.first.logs["report"]


def test_a_file_deleted_during_the_run_stays_deleted(story: Story) -> None:
    story.first.final.check(jobs=[len(FILES) + 1], left=AGAIN, failed=[UNREADABLE])
    assert not {GONE_AFTER, GONE_BEFORE} & {name for place in PLACES for name in story.next.names(place)}


def test_what_was_transcribed_before_its_audio_was_deleted_is_kept(story: Story) -> None:
    assert story.orphan == f"{CLIPS[0].text}\n"


@contextmanager
def second_writer(pipeline: Pipeline) -> Iterator[None]:
    """Upload without a pause until the block ends: new names, and names that exist already."""
    over = Event()

    def write() -> None:
        numbers, recordings = count(), cycle(CLIPS)
        while not over.wait(0.3):
            number = next(numbers)
            pipeline.upload_recordings({f"{number}.wav": next(recordings), f"{number // 2}.wav": next(recordings)})

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_a_second_writer_loses_nothing(pipeline: Pipeline) -> None:
    pipeline.upload_recordings({"0.wav": CLIPS[0]})
    with second_writer(pipeline):
        during = pipeline.run()
    final = FinalState.read(pipeline, during)
    assert final.report is not None
    planned = sum(final.report[count] for count in ("transcribed", "done_before", "failed", "left", "missing"))
    final.check(jobs=[min(CHILDREN, planned)], left=None)
    waiting = len(pipeline.keys("input/"))
    assert waiting > 10
    FinalState.read(pipeline, pipeline.run()).check(jobs=[min(CHILDREN, waiting)])
