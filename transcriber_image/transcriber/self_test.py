"""Is this container able to work? A built-in clip tells, without any bucket."""

from __future__ import annotations

from pathlib import Path

from transcription.contract.errors import EngineFailed, ModelInvalid
from transcription.contract.options import Options

from .model import open_folder
from .parallel import ParallelEngine
from .recordings import Recording, transcribe

#: 2.9 s of a synthetic voice: "yes start play next".
CLIP = Path(__file__).with_name("self_test.wav")


def self_test(model: Path) -> str:
    """Transcribe the built-in clip with a model; returns what was heard, of which the model may know nothing.

    Raises:
        SystemFault: the model or the engine does not work.
        ModelInvalid: `model.json` says what should be heard, and it was not.
    """
    folder = open_folder(model)
    with ParallelEngine(folder, Options(), processes=1) as engine:
        [outcome] = transcribe([Recording(0, CLIP)], engine, Options())
    if outcome.transcript is None:
        raise outcome.error or EngineFailed("The engine gave no answer.")
    heard, expected = outcome.transcript.text, folder.defaults.self_test
    if expected is not None and heard != expected:
        raise ModelInvalid(f"The model {folder.acoustic} hears {heard!r} in the built-in clip, and not {expected!r}.")
    return heard
