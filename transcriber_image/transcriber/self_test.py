"""Is this container able to work? A built-in clip tells, without any bucket."""

from __future__ import annotations

from pathlib import Path

from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcriber.selection.self_test_clip import CLIP
from transcriber.shard.recordings import Recording, transcribe
from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import Options


def self_test(model: Path) -> tuple[str, str]:
    """Transcribe the built-in clip with a model.

    Returns:
        What was heard, of which the model may know nothing, and by which engine.

    Raises:
        SystemFault: the model or the engine does not work.
        ModelInvalid: `model.json` says what should be heard, and it was not.
    """
    folder = open_folder(model)
    with open_engine(folder, Options(), processes=1) as engine:
        name = "; ".join(filter(None, (engine.description.name, engine.description.note)))
        [outcome] = transcribe([Recording(0, CLIP)], engine, Options())
    if outcome.transcript is None:
        raise outcome.error or EngineFailed("The engine gave no answer.")
    heard, expected = outcome.transcript.text, folder.defaults.self_test
    if expected is not None and heard != expected:
        raise ModelInvalid(f"The model {folder.acoustic} hears {heard!r} in the built-in clip, and not {expected!r}.")
    return heard, name
