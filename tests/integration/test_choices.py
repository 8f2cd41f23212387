"""The choices in the trigger form, and audio that has a transcript already."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from local.paths import DEMO_MODEL
from local.resources import BUCKET
from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS
from transcription.contract import keys

FILES = {"x/a.wav": CLIPS[0], "x/b.wav": CLIPS[1], "y/c.wav": CLIPS[2]}


@dataclass(frozen=True)
class Story:
    """Five runs over the same three files."""

    dry: FaultyRun
    #: Limited to the prefix `x/` and to one file.
    some: FaultyRun
    rest: FaultyRun
    #: After all files were uploaded again, as a daily `aws s3 sync` does.
    again: FaultyRun
    #: After one file was uploaded again, with `force`.
    forced: FaultyRun


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()

    def run_with(**conf: object) -> FaultyRun:
        return run_with_faults(pipeline, pipeline.ui.trigger(conf))

    pipeline.upload_recordings(FILES)
    dry = run_with(dry_run=True)
    some = run_with(prefix="x/", max_files=1)
    rest = run_with()
    pipeline.upload_recordings(FILES)
    again = run_with()
    pipeline.upload_recordings({"x/a.wav": FILES["x/a.wav"]})
    return Story(dry, some, rest, again, run_with(force=True))


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(story: Story) -> None:
    story.dry.final.check(left=FILES)
    assert "3 files to transcribe by 3 children" in story.dry.logs["plan"]
    assert "of one vCPU, $" in story.dry.logs["plan"]
    assert story.dry.final.run.tasks["transcribe"] == "skipped"


def test_one_file_is_a_plain_job(story: Story) -> None:
    """Batch refuses array jobs of one child."""
    story.some.final.check(jobs=[1], left=["x/b.wav", "y/c.wav"])
    assert "arrayProperties" not in story.some.final.jobs[0]


def test_a_prefix_and_a_maximum_leave_the_rest_for_the_next_run(story: Story) -> None:
    story.some.final.check(jobs=[1], left=["x/b.wav", "y/c.wav"])
    assert story.some.final.report is not None
    assert story.some.final.report["waiting"] == 1


def test_there_are_never_more_children_than_files(story: Story) -> None:
    """A child without files would fail, and the job with it. By their length, these files make ten."""
    story.rest.final.check(jobs=[2])


def test_audio_that_has_its_transcript_is_moved_and_not_paid_for_again(story: Story) -> None:
    story.again.final.check(jobs=[])
    assert story.again.final.report is not None
    assert story.again.final.report["done_before"] == 3


def test_audio_is_transcribed_again_where_people_insist(story: Story) -> None:
    story.forced.final.check(jobs=[1], transcriptions={"x/a.wav": 2})


def test_those_who_follow_the_transcripts_are_told_of_the_figures(story: Story) -> None:
    (event,) = story.some.events
    assert event["uri"] == f"s3://{BUCKET}/output"  # Airflow drops the last slash, for the followers of the Asset too
    assert (event["extra"]["transcribed"], event["extra"]["waiting"]) == (1, 1)
    assert event["extra"]["audio_seconds"] > 1
    assert story.dry.events == []


def test_people_can_bring_their_own_model(pipeline: Pipeline) -> None:
    pipeline.upload_recordings({"a.wav": CLIPS[0]})
    for name in ("demo.pbmm", "demo.scorer", "model.json"):
        pipeline.s3.upload_file(str(DEMO_MODEL / name), BUCKET, f"{keys.model('mine')}{name}")
    weights = {"lm_alpha": 0.75, "lm_beta": 1}
    chosen = {"hot_words": ["help:2"], "formats": ["vtt"], "beam_width": 200, "alternatives": 1, **weights}
    run = pipeline.run({"model": "mine", **chosen})
    FinalState.read(pipeline, run).check(jobs=[1])
    transcript = json.loads(pipeline.read("output/a.json"))
    provenance = transcript["provenance"]
    assert provenance["model"]["name"] == "mine"
    assert provenance["decoder"] == {"beam_width": 200, **weights}
    assert [len(segment["alternatives"]) for segment in transcript["segments"]] == [1]
    assert provenance["options"]["hot_words"] == [{"word": "help", "boost": 2.0}]
    assert pipeline.keys("output/") == ["output/a", "output/a.json", "output/a.vtt"]


def test_what_cannot_be_used_is_refused_before_anything_starts(pipeline: Pipeline) -> None:
    pipeline.upload_recordings({"a.wav": CLIPS[0]})
    refused = (
        ({"model": "not/a/model"}, "wait_for_audio", "OPTION_INVALID"),
        ({"model": "nowhere"}, "plan", "MODEL_MISSING"),
    )
    for conf, task, code in refused:
        faulty_run = run_with_faults(pipeline, pipeline.ui.trigger(conf))
        faulty_run.final.check("failed", left=["a.wav"])
        assert code in faulty_run.logs[task]
