"""A second reader of WAV files. Tests compare the decoder with this reader."""

from __future__ import annotations

import audioop
import struct
from dataclasses import dataclass
from typing import Optional

import numpy as np
import numpy.typing as npt

_ADPCM = (0x02, 0x11, 0x31)


@dataclass(frozen=True)
class Promise:
    """The audio that a WAV header promises."""

    #: The number of frames.
    frames: int
    #: The sample rate, in hertz.
    rate: int
    #: The number of bytes after the audio.
    unread: int
    #: The mean of the channels in the scale of 16 bits, shape (frames,). `None` for ADPCM and GSM, which this reader
    #: does not decode.
    samples: Optional[npt.NDArray[np.float64]]


def promise(data: bytes) -> Promise:
    """Return the audio that the header of a file promises.

    Args:
        data: the content of a file that the decoder accepted.

    Raises:
        AssertionError: the file is shorter than the promised audio.
    """
    order = ">" if data[:4] == b"RIFX" else "<"
    offset, long_size, form = 12, None, b""
    while data[offset : offset + 4] != b"data":
        size = struct.unpack_from(order + "I", data, offset + 4)[0]
        content = data[offset + 8 : offset + 8 + size]
        if data[offset : offset + 4] == b"fmt ":
            form = content
        if data[offset : offset + 4] == b"ds64" and data[:4] in (b"RF64", b"BW64"):
            long_size = struct.unpack_from("<Q", content, 8)[0]
        offset += 8 + size + size % 2
    size, start = struct.unpack_from(order + "I", data, offset + 4)[0], offset + 8
    if size == 0xFFFFFFFF and long_size:
        size = long_size
    if size in (0, 0xFFFFFFFF) or 0x7FFE0000 <= size <= 0x80000000:  # the length is unknown
        size = len(data) - start
    audio, unread = data[start : start + size], len(data) - start - size
    assert unread >= 0, "audio is missing"

    code, channels, rate, _, block, bits = struct.unpack_from(order + "HHIIHH", form)
    if code == 0xFFFE:
        code = struct.unpack_from(order + "I", form, 24)[0]
    if code in _ADPCM:
        return Promise(len(audio) // block * struct.unpack_from(order + "H", form, 18)[0], rate, unread, None)
    width = 1 if code in (6, 7) else -(-bits // 8)
    frames = len(audio) // (width * channels)
    samples = _samples(audio[: frames * width * channels], code, width, order == ">")
    return Promise(frames, rate, unread, samples.reshape(frames, channels).mean(axis=1))


def _samples(audio: bytes, code: int, width: int, is_big_endian: bool) -> npt.NDArray[np.float64]:
    """Return audio decoded by numpy and Python's standard library, in the scale of 16 bits.

    Args:
        audio: the encoded audio.
        code: the code of the encoding in the header.
        width: the number of bytes per sample.
        is_big_endian: whether the byte order is big-endian.
    """
    if is_big_endian:
        audio = audioop.byteswap(audio, width) if width <= 4 else np.frombuffer(audio, ">f8").astype("<f8").tobytes()
    if code == 3:
        return np.frombuffer(audio, f"<f{width}").astype(np.float64) * 32768
    if code == 6:
        return np.frombuffer(audioop.alaw2lin(audio, 2), "<i2").astype(np.float64)
    if code == 7:
        return np.frombuffer(audioop.ulaw2lin(audio, 2), "<i2").astype(np.float64)
    if width == 1:
        audio = audioop.bias(audio, 1, -128)
    return np.frombuffer(audioop.lin2lin(audio, width, 4), "<i4") / 65536
