"""The proof that a written model works: both engines hear what the trainer's own network hears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer.errors import ProofFailed
from trainer.network.acoustic_model import AcousticModel, Samples
from trainer.network.batches import Example
from trainer.recognition import recogniser_process

ENGINES = ("libdeepspeech", "batched")


def prove(folder: Path, model: AcousticModel, recordings: Sequence[Samples]) -> None:
    """Check that the engines hear the same texts as the trainer.

    Args:
        folder: the model folder.
        model: its acoustic model, which was read from the written file.
        recordings: 16-bit samples at the model's sample rate.

    Raises:
        ProofFailed: an engine hears another text.
        RecogniserFailed: an engine refuses the model.
    """
    examples = [Example(model.features(samples), ()) for samples in recordings]
    [expected] = recogniser_process.decode(folder, model.probabilities(examples))
    for engine in ENGINES:
        texts = recogniser_process.transcribe(folder, engine, recordings)
        for text, wanted in zip(texts, expected, strict=True):
            if text != wanted:
                raise ProofFailed(f"{engine} hears “{text}” with the new model, and the trainer “{wanted}”.")
