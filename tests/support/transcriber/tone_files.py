"""A WAV file with one second of a tone, its damaged copies, and functions that read such a copy."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.wav_files import wav
from transcriber.audio import audio_stream
from transcription.contract.errors import InputError

TONE = (3000 * np.sin(np.arange(16000) / 8)).astype(np.int16)
#: `TONE` as a WAV file.
GOOD = wav(TONE)
#: All bytes of `GOOD` before its audio.
HEADER = GOOD[: GOOD.index(b"data") + 8]
#: The `fmt ` chunk of `GOOD`.
FORMAT = HEADER[12:36]


def refused(tmp_path: Path, data: bytes) -> InputError:
    """Return the error with which `audio_stream.describe` refuses a file with the content `data`."""
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        audio_stream.describe(path)
    return caught.value


def length_of_tone(tmp_path: Path, data: bytes) -> float:
    """Return the length in seconds of a file with the content `data`. Fail if the file does not decode to `TONE`."""
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    seconds = audio_stream.describe(path).seconds
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), TONE)
    return seconds


def with_format(encoding: int = 1, channels: int = 1, rate: int = 16000, block: int = 2, bits: int = 16) -> bytes:
    """Return `GOOD` with another `fmt ` chunk, which has these fields."""
    return GOOD[:20] + struct.pack("<HHIIHH", encoding, channels, rate, 0, block, bits) + GOOD[36:]


def sparse_file(tmp_path: Path, header: bytes, audio_bytes: int) -> Path:
    """Write a file of `header` and `audio_bytes` zeros, and return its path. The zeros use no space on the disk."""
    path = tmp_path / "x.wav"
    path.write_bytes(header)
    os.truncate(path, len(header) + audio_bytes)
    return path
