"""A test of whether this container can transcribe. It uses a built-in clip and needs no bucket."""

from __future__ import annotations

from pathlib import Path

from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.selection.self_test_clip import CLIP
from transcriber.shard.recordings import Recording
from transcriber.shard.transcribe_recordings import transcribe_recordings
from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import Options


def self_test(model: Path) -> tuple[str, str]:
    """Transcribe the built-in clip with the model in the folder `model`.

    Returns:
        The transcript, and the name of the engine that made it, with the engine's note if it has one. The transcript
        has other words than the clip if the model does not know the words of the clip.

    Raises:
        SystemFault: the model or the engine does not work.
        ModelInvalid: the transcript is not the one that `self_test` in `model.json` states.
    """
    folder = open_folder(model)
    with open_engine(folder, Options(), processes=1) as engine:
        engine_name = "; ".join(filter(None, (engine.description.name, engine.description.note)))
        [result] = transcribe_recordings([Recording(0, CLIP)], engine, Options())
    if result.transcript is None:
        raise result.error or EngineFailed("The engine gave no answer for the built-in clip.")
    text, expected = result.transcript.text, folder.defaults.self_test
    if expected is not None and text != expected:
        raise ModelInvalid(
            f"The model {folder.acoustic} transcribes the built-in clip as {text!r}, but `self_test` in model.json "
            f"says {expected!r}. Correct model.json, or export the model again."
        )
    return text, engine_name
