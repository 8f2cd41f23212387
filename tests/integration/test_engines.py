"""Both engines write the same transcripts, byte for byte. They differ in speed only."""

from __future__ import annotations

from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIPS, SILENCE, long_recording
from transcription.contract import keys
from transcription.contract.options import AUTO, BATCHED, LIBDEEPSPEECH

#: `long.wav` is cut at silence, and is long enough for `auto` to prove the batched engine.
FILES = {"long.wav": long_recording(minutes=1), "a/one.wav": CLIPS[0], "a/two.wav": CLIPS[1], "silence.wav": SILENCE}


def texts(pipeline: Pipeline) -> dict[str, bytes]:
    """The content of all outputs except JSON, which names the engine."""
    names = [key for key in pipeline.keys(keys.OUTPUT_FOLDER) if not key.endswith(".json")]
    return {name: pipeline.read(name) for name in names}


def test_runs_with_either_engine_write_the_same(pipeline: Pipeline) -> None:
    written, engines = {}, {}
    for times, engine in enumerate((LIBDEEPSPEECH, BATCHED, AUTO), 1):
        pipeline.upload_recordings(FILES)
        run = pipeline.run({"engine": engine, "force": True})
        final = FinalState.read(pipeline, run)
        final.check(jobs=[len(FILES)], transcriptions=dict.fromkeys(FILES, times))
        written[engine] = texts(pipeline)
        assert final.report is not None
        engines[engine] = {name.split()[0]: count for name, count in final.report["engines"].items()}
    assert engines == {
        LIBDEEPSPEECH: {"libdeepspeech": 4},
        BATCHED: {"batched": 4},
        AUTO: {"libdeepspeech": 3, "batched": 1},
    }
    assert len(written[LIBDEEPSPEECH]) == 3 * len(FILES), "text, SubRip and WebVTT of each"
    assert written[BATCHED] == written[AUTO] == written[LIBDEEPSPEECH]
