"""A run in which S3 refuses one file among others, and the run after the cause is removed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP

REFUSED = "1-refused.wav"
FILES = ("0.wav", REFUSED, "2.wav")


@dataclass(frozen=True)
class Story:
    """The run in which S3 refuses to write the copy of a file, and the next one."""

    red: FaultyRun
    next: FinalState


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.upload_recordings(dict.fromkeys(FILES, CLIP))
    pipeline.add_fault(kind="deny", methods=["PUT"], prefix=f"processed/{REFUSED}")
    red = run_with_faults(pipeline)
    return Story(red, FinalState.read(pipeline, pipeline.run()))


def test_every_other_file_is_moved_and_the_report_names_the_refused_one(story: Story) -> None:
    story.red.final.check("failed", jobs=[len(FILES)], left=[REFUSED])
    assert story.red.final.run.tasks["move_to_processed"] == "success"
    assert story.red.final.report
    assert story.red.final.report["missing"] == 1
    assert f"processed/{REFUSED}" in story.red.logs["report"]
    assert "AccessDenied" in story.red.logs["report"]


def test_the_next_run_moves_the_file_and_transcribes_nothing(story: Story) -> None:
    story.next.check()
