"""An utterance: a recording that was decoded and checked, as the network takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trainer.data.recording import TaughtRecording
from trainer.network.batches import Example

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Utterance:
    """A recording that can be learned from."""

    recording: TaughtRecording
    #: At the model's sample rate.
    samples: Samples
    #: The text in the letters of the model.
    text: str
    example: Example
    seconds: float

    @property
    def digest(self) -> str:
        """SHA-256 of the samples, in hexadecimal. A new name of the file does not change it."""
        return hashlib.sha256(self.samples.tobytes()).hexdigest()

    @property
    def part_digest(self) -> str:
        """The digest in hexadecimal that decides for which part of a set the recording is."""
        source = self.recording.source
        return hashlib.sha256(source.encode()).hexdigest() if source else self.digest


def set_digest(utterances: Sequence[Utterance]) -> str:
    """Return a digest of recordings and their texts, in any order."""
    entries = sorted(f"{utterance.digest} {utterance.text}" for utterance in utterances)
    return hashlib.sha256("\n".join(entries).encode()).hexdigest()
