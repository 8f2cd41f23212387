"""Make WAV files for tests."""

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
    """A recording and its correct transcript; the recording is 16 kHz, mono, 16-bit."""

    path: Path
    text: str

    @property
    def samples(self) -> npt.NDArray[np.int16]:
        samples, _ = soundfile.read(self.path, dtype="int16")
        return samples  # type: ignore[no-any-return]

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()


def wav(samples: npt.NDArray[Any], rate: int = RATE, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    """A WAV file of `samples`, shape (frames,) or (frames, channels); `subtype` and `kind` as in soundfile."""
    if subtype in ("FLOAT", "DOUBLE") and samples.dtype == np.int16:
        samples = samples / np.float64(32768)  # libsndfile does not scale integers to full scale 1
    file = BytesIO()
    soundfile.write(file, samples, rate, subtype, format=kind)
    return file.getvalue()


def silence(seconds: float) -> npt.NDArray[np.int16]:
    """Zeros, at 16 kHz."""
    return np.zeros(int(seconds * RATE), np.int16)


def with_sizes(data: bytes, riff: int, audio: int) -> bytes:
    """The WAV file `data` with other lengths in its header: of the file, and of the audio."""
    start = data.index(b"data")
    return data[:4] + struct.pack("<I", riff) + data[8 : start + 4] + struct.pack("<I", audio) + data[start + 8 :]


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a little-endian file."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
