"""WAV files for tests."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16000


@dataclass(frozen=True)
class Clip:
    """A recording and its correct transcript. The recording has 16 kHz, one channel and 16 bits per sample."""

    path: Path
    text: str

    @property
    def samples(self) -> npt.NDArray[np.int16]:
        """The samples, shape (samples,)."""
        samples, _ = soundfile.read(self.path, dtype="int16")
        return samples  # type: ignore[no-any-return]

    @property
    def data(self) -> bytes:
        """The content of the file."""
        return self.path.read_bytes()


def wav(samples: npt.NDArray[Any], rate: int = RATE, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    """Return the content of a WAV file.

    Args:
        samples: the samples, shape (frames,) or (frames, channels).
        rate: the sample rate in hertz.
        subtype: the encoding of the samples, by its name in soundfile.
        kind: the file format, by its name in soundfile.
    """
    if subtype in ("FLOAT", "DOUBLE") and samples.dtype == np.int16:
        samples = samples / np.float64(32768)  # libsndfile does not scale integers to full scale 1
    file = BytesIO()
    soundfile.write(file, samples, rate, subtype, format=kind)
    return file.getvalue()


def silence(seconds: float) -> npt.NDArray[np.int16]:
    """Return samples of silence at 16 kHz, shape (samples,)."""
    return np.zeros(int(seconds * RATE), np.int16)


def with_sizes(data: bytes, riff: int, audio: int) -> bytes:
    """Return a WAV file with other lengths in its header.

    Args:
        data: the content of the file.
        riff: the new length of the file, in bytes.
        audio: the new length of the audio, in bytes.
    """
    start = data.index(b"data")
    return data[:4] + struct.pack("<I", riff) + data[8 : start + 4] + struct.pack("<I", audio) + data[start + 8 :]


def chunk(name: bytes, content: bytes) -> bytes:
    """Return an encoded chunk of a little-endian WAV file, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
