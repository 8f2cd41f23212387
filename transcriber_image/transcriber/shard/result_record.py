"""The result record of a file, made from the result of its transcription."""

from __future__ import annotations

import time
from typing import Optional

from transcriber.engines.engine import EngineDescription
from transcriber.shard.input_downloads import InputFile
from transcriber.shard.recordings import RecordingResult
from transcription.contract import utc_time
from transcription.contract.errors import InputLeft, TranscriptionError
from transcription.contract.manifest import Failure
from transcription.contract.options import Options
from transcription.contract.result import FAILED, LEFT, TRANSCRIBED, Listening, Output, Result


def make_result(
    file: InputFile,
    options: Options,
    engine: EngineDescription,
    *,
    recording: Optional[RecordingResult],
    error: Optional[TranscriptionError],
    outputs: tuple[Output, ...],
    listening: Listening,
) -> Result:
    """Make the record that says what happened to a file.

    Args:
        file: the file.
        options: the options of the shard.
        engine: the description of the engine.
        recording: the result of transcribing the file, or `None` if it was not downloaded.
        error: the reason why the file has no transcript, or `None` if it has one.
        outputs: the transcripts that were written.
        listening: what was written for a page that plays the recording.
    """
    transcript = recording.transcript if recording else None
    return Result(
        item=file.item,
        status=LEFT if isinstance(error, InputLeft) else FAILED if error else TRANSCRIBED,
        options=options,
        model=engine.model,
        engine=engine.name,
        engine_note=engine.note,
        finished=utc_time.now(),
        wall_seconds=round(time.monotonic() - file.begun, 3),
        audio=recording.audio if recording else None,
        outputs=outputs,
        listening=listening,
        words=len(transcript.words) if transcript else 0,
        confidence=transcript.confidence if transcript else None,
        unsure_words=transcript.unsure_words(options.low_confidence) if transcript else 0,
        cpu_seconds=round(recording.cpu_seconds, 3) if recording else 0.0,
        no_speech=transcript.no_speech if transcript else False,
        failure=Failure(error.code, error.message) if error else None,
    )
