"""Nothing at all, and more than a page of files. One, two and three files are in `test_choices`."""

from __future__ import annotations

from tests.integration.conftest import CHILDREN
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.run_checks import Aftermath
from tests.support.pipeline.spoken_recordings import CLIPS, SILENCE


def test_a_night_without_audio_starts_nothing_and_is_green(pipeline: Pipeline) -> None:
    """The console's folder marker, or a folder whose name only begins like ours, used to start a job every night."""
    for key in ("input/", "input/notes.txt", "input-old/z.wav"):
        pipeline.upload(key, b"")
    run = pipeline.run()
    assert run.state == "success"
    assert set(run.tasks.values()) == {"skipped"}
    assert not pipeline.calls().get("batch")
    assert pipeline.keys() == sorted(["input/", "input/notes.txt", "input-old/z.wav"])


def test_more_than_a_page_of_files_leaves_none_behind(pipeline: Pipeline) -> None:
    """A listing used to stop at 1,000 keys."""
    pipeline.give({f"{number:04}.wav": SILENCE for number in range(1100 - len(CLIPS))})
    pipeline.give({f"{number}.wav": clip for number, clip in enumerate(CLIPS)})
    run = pipeline.run({"formats": []})
    assert pipeline.calls()["s3"]["LIST input/"] == 3  # wait_for_audio looks at one page, plan at two
    Aftermath.of(pipeline, run).check(jobs=[CHILDREN])
