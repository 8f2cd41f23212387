"""Names that are hard to handle: of a run, without a letter or digit, and of a recording that is also a folder."""

from __future__ import annotations

from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS

RUN_ID = "___"


def test_a_run_without_letters_transcribes_a_recording_beside_a_folder_of_its_name(pipeline: Pipeline) -> None:
    """The children of such a run got `--run -…`, a usage error. The recording is transcribed, with a warning."""
    pipeline.upload_recordings({"talk.wav": CLIPS[0], "talk/part1.wav": CLIPS[1]})
    pipeline.ui.trigger_with_id(RUN_ID)
    run = pipeline.ui.wait(RUN_ID)
    final = FinalState.read(pipeline, run)
    final.check(jobs=[2])
    assert {"output/talk", "output/talk/part1"} <= final.objects.keys()
    for task in ("plan", "report"):
        log = pipeline.log(run, task)
        assert "1 recordings have the name of a folder with other recordings" in log, task
        assert "'input/talk.wav'" in log, task
