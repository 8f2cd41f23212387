"""The interface of the decoders of all audio formats."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

#: Decoded audio: shape (frames, channels), in which full scale is 1. A frame is one sample of each channel.
Frames = npt.NDArray[np.float32]


class AudioFile(Protocol):
    """An open file of audio."""

    @property
    def sample_rate(self) -> int:
        """In hertz."""

    @property
    def channels(self) -> int:
        """The number of channels."""

    @property
    def frames(self) -> int:
        """The number of frames."""

    @property
    def encoding(self) -> str:
        """The encoding, as libsndfile names it, such as `PCM_16`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know about the file, such as that its last milliseconds are missing."""

    @property
    def may_exceed_full_scale(self) -> bool:
        """Whether the file can contain samples beyond full scale that a program wrote with intent."""

    def read(self, frames: int) -> Frames:
        """Read the next frames, at most `frames`. The result is empty only at the end of the file.

        Raises:
            InputError: the audio cannot be decoded.
        """
