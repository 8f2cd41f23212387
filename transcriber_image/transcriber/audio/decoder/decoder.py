"""What the decoders of this program have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from transcriber.audio.decoder.messages import Description
from transcription.contract.errors import AudioCorrupt, AudioNoSamples, AudioTruncated

#: Decoded audio in which full scale is 1, shape (frames, channels). A frame is one sample of each channel.
Block = npt.NDArray[np.float32]

#: How many samples a block has about, all channels together: 1 MB.
BLOCK_SAMPLES = 2**18
#: In hertz. A header with another rate is damaged, and resampling from that rate could fill the memory.
RATES = range(1_000, 768_001)
#: More channels come from damage.
MOST_CHANNELS = 64
#: How much of the promised length may be missing, in seconds. Lossy formats round the length to whole packets.
TOLERANCE_SECONDS = 0.25


class Decoder(ABC):
    """An open file whose audio can be decoded once.

    Args:
        description: the format of the audio, and its length as far as the file says it.
    """

    #: Whether the file says exactly how many frames it contains.
    promises_frames = False

    def __init__(self, description: Description) -> None:
        if description.sample_rate not in RATES or not 0 < description.channels <= MOST_CHANNELS:
            raise AudioCorrupt(
                f"The file says {description.channels} channels at {description.sample_rate} Hz. Up to {MOST_CHANNELS} "
                f"channels at {RATES[0]} to {RATES[-1]} Hz are supported. Export the file again."
            )
        self.description = description
        #: The number of frames that were decoded.
        self.decoded = 0

    def add_note(self, note: str) -> None:
        """Add to the description what people should know about the file."""
        self.description = replace(self.description, notes=(*self.description.notes, note))

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @abstractmethod
    def decode(self) -> Iterator[Block]:
        """Decode the audio, and yield it in blocks of about `BLOCK_SAMPLES` samples.

        Raises:
            InputError: the audio cannot be decoded.
        """

    def blocks(self) -> Iterator[Block]:
        """Decode the audio. Afterwards, `description` has the length that was decoded.

        Raises:
            InputError: the audio cannot be decoded, or the file promises more audio.
        """
        promised, rate = self.description.frames, self.description.sample_rate
        for block in self.decode():
            self.decoded += len(block)
            yield block
        if self.promises_frames and self.decoded < promised - TOLERANCE_SECONDS * rate:
            raise AudioTruncated(
                f"The file promises {promised / rate:.1f} s of audio, but only {self.decoded / rate:.1f} s are in it: "
                "its end is missing. Upload it again."
            )
        if self.decoded == 0:
            raise no_samples()
        self.description = replace(self.description, frames=self.decoded)


def no_samples() -> AudioNoSamples:
    """Return the error for a file in which no audio can be decoded."""
    return AudioNoSamples("The file contains no audio that can be decoded. Record or export it again.")
