"""Runs without any audio, and with more files than one listing page. `test_choices` has one, two and three files."""

from __future__ import annotations

from tests.integration.conftest import CHILDREN
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS, SILENCE


def test_a_night_without_audio_starts_nothing_and_is_green(pipeline: Pipeline) -> None:
    """The console's folder marker, or another folder whose name begins with `input`, must not start a job."""
    for key in ("input/", "input/notes.txt", "input-old/z.wav"):
        pipeline.put(key, b"")
    run = pipeline.run()
    assert run.state == "success"
    assert set(run.tasks.values()) == {"skipped"}
    assert not pipeline.calls().get("batch")
    assert pipeline.keys() == sorted(["input/", "input/notes.txt", "input-old/z.wav"])


def test_more_than_a_page_of_files_leaves_none_behind(pipeline: Pipeline) -> None:
    """S3 lists at most 1,000 keys in one page."""
    pipeline.upload_recordings({f"{number:04}.wav": SILENCE for number in range(1100 - len(CLIPS))})
    pipeline.upload_recordings({f"{number}.wav": clip for number, clip in enumerate(CLIPS)})
    run = pipeline.run({"formats": []})
    assert pipeline.calls()["s3"]["LIST input/"] == 3  # wait_for_audio looks at one page, plan at two
    FinalState.read(pipeline, run).check(jobs=[CHILDREN])
