"""A function that transcribes one file with an engine."""

from __future__ import annotations

from pathlib import Path

from transcriber.engines.engine import Engine
from transcriber.shard.recordings import Recording
from transcriber.shard.transcribe_recordings import transcribe_recordings
from transcriber.text.transcript import Transcript
from transcription.contract.options import Options


def transcribe_file(path: Path, engine: Engine, options: Options = Options()) -> Transcript:  # noqa: B008 - it is frozen
    """Return the transcript of a file.

    Raises:
        InputError, EngineFailed, DiskFailed: the file cannot be transcribed.
    """
    [result] = transcribe_recordings([Recording(0, path)], engine, options)
    if result.transcript is None:
        assert result.error is not None
        raise result.error
    return result.transcript
