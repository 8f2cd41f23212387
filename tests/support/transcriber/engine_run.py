"""One file through an engine, as the tests need it."""

from __future__ import annotations

from pathlib import Path

from transcriber.engines.engine import Engine
from transcriber.shard.recordings import Recording, transcribe
from transcriber.text.transcript import Transcript
from transcription.contract.options import Options


def hear(path: Path, engine: Engine, options: Options = Options()) -> Transcript:  # noqa: B008 - it is frozen
    """The transcript of a file; raises what kept it from being."""
    [outcome] = transcribe([Recording(0, path)], engine, options)
    if outcome.transcript is None:
        assert outcome.error is not None
        raise outcome.error
    return outcome.transcript
