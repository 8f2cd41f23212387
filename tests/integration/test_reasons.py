"""Runs whose children know why files have no transcript: people read it in Airflow and in the report."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from local.resources import BUCKET
from local.stack import Stack
from tests.support.pipeline.faulty_run import FaultyRun, run_with_faults
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP
from transcription.contract import keys

DENIED, ARCHIVED, GOOD = "0-denied.wav", "1-archived.wav", "2-good.wav"


@dataclass(frozen=True)
class Story:
    """Three runs over a file that S3 refuses, an archived one and a good one."""

    #: S3 refuses to show one file to the containers.
    denied: FaultyRun
    #: The cause is removed, and somebody chooses a damaged model.
    damaged: FaultyRun
    #: All causes are removed, except that one file is still archived.
    good: FaultyRun
    #: Nothing is left but the archived file.
    last: FaultyRun


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.upload_recordings(dict.fromkeys((DENIED, ARCHIVED, GOOD), CLIP))
    archive(pipeline, ARCHIVED)
    pipeline.put(f"{keys.model('damaged')}damaged.pbmm", b"no model")
    pipeline.add_fault(kind="deny", methods=["GET"], prefix=keys.INPUT_FOLDER + DENIED, callers="jobs")
    denied = run_with_faults(pipeline)
    damaged = run_with_faults(pipeline, pipeline.ui.trigger({"model": "damaged"}))
    return Story(denied, damaged, run_with_faults(pipeline), run_with_faults(pipeline))


def archive(pipeline: Pipeline, name: str) -> None:
    """Move a recording to an archive of S3, as a lifecycle rule of its owner does."""
    key = keys.INPUT_FOLDER + name
    pipeline.s3.put_object(Bucket=BUCKET, Key=key, Body=CLIP.content, StorageClass="GLACIER")


def reasons(run: FaultyRun) -> dict[str, tuple[str, str]]:
    """Return the code and the message of each file in the report without a transcript, by the file's name."""
    assert run.final.report
    files = run.final.report["not_transcribed"]
    return {file["key"].removeprefix(keys.INPUT_FOLDER): (file["code"], file["message"]) for file in files}


def test_a_file_that_s3_refuses_to_the_container_has_s3s_reason_everywhere(story: Story) -> None:
    story.denied.final.check("failed", jobs=[2], left=[DENIED, ARCHIVED])
    code, message = reasons(story.denied)[DENIED]
    assert code == "OBJECT_DENIED"
    assert "AccessDenied" in message
    for task in ("transcribe", "report"):
        assert "OBJECT_DENIED" in story.denied.logs[task]
        assert f"s3://{BUCKET}/input/{DENIED}" in story.denied.logs[task]
    assert story.denied.final.names(keys.PROCESSED_FOLDER) == {GOOD}


def test_an_archived_file_is_named_and_no_child_gets_it(story: Story) -> None:
    code, message = reasons(story.denied)[ARCHIVED]
    assert code == "INPUT_ARCHIVED"
    assert "Restore it first" in message
    assert story.denied.final.report
    assert (story.denied.final.report["archived"], story.denied.final.report["missing"]) == (1, 1)
    for task in ("plan", "report"):
        assert f"input/{ARCHIVED}" in story.denied.logs[task]


def test_a_damaged_model_is_named_in_airflow_and_in_the_report(story: Story) -> None:
    story.damaged.final.check("failed", jobs=[1], left=[DENIED, ARCHIVED])
    code, message = reasons(story.damaged)[DENIED]
    assert code == "MODEL_INVALID"
    assert "damaged.pbmm" in message
    assert f"MODEL_INVALID: {message}" in story.damaged.logs["transcribe"]
    assert "MODEL_INVALID" in story.damaged.logs["report"]


def test_the_next_run_does_the_rest_and_leaves_the_archived_file(story: Story) -> None:
    story.good.final.check("success", jobs=[1], left=[ARCHIVED])


def test_nothing_but_archived_files_is_green_and_costs_nothing(story: Story) -> None:
    story.last.final.check("success", jobs=[], left=[ARCHIVED])
    assert reasons(story.last)[ARCHIVED][0] == "INPUT_ARCHIVED"
