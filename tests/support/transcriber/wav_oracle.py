"""A second reader of WAV files. Tests compare the decoder with this reader."""

from __future__ import annotations

import audioop
import re
import struct
from dataclasses import dataclass
from typing import Optional

import numpy as np
import numpy.typing as npt

_ADPCM = (0x02, 0x11, 0x31)
#: The first of a region of lengths that stand for an unknown one, and how many they are.
_PLACEHOLDERS = ((2**31 - 2**17, 2**18), (2**32 - 2**17, 2**17))


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
        AssertionError: the file is shorter than the promised audio by more than 20 ms.
    """
    order = ">" if data[:4] == b"RIFX" else "<"
    riff = struct.unpack_from(order + "I", data, 4)[0]
    offset, long_size, form = 12, 0, b""
    while data[offset : offset + 4] != b"data":
        size = struct.unpack_from(order + "I", data, offset + 4)[0]
        content = data[offset + 8 : offset + 8 + size]
        if data[offset : offset + 4] == b"fmt ":
            form = content
        if data[offset : offset + 4] == b"ds64" and data[:4] in (b"RF64", b"BW64"):
            riff, long_size = struct.unpack_from("<QQ", content.ljust(16, b"\0"))
        offset = _after(data, offset + 8 + size, size % 2)
    size, start = struct.unpack_from(order + "I", data, offset + 4)[0], offset + 8
    if data[:4] in (b"RF64", b"BW64") and _is_unknown(size):
        size = long_size
    is_complete = abs(riff + 8 - len(data)) <= 8
    code, channels, rate, _, block, bits = struct.unpack_from(order + "HHIIHH", form)
    if code == 0xFFFE:
        code = struct.unpack_from(order + "I", form, 24)[0]
    width = 1 if code in (6, 7) else -(-bits // 8)
    if _is_unknown(size) and not (is_complete and 0 < size <= len(data) - start):
        size = _start_of_tags(data, start, order) - start
    elif size > len(data) - start:
        frames = _frames_in_blocks(code, channels, block, 100 * block) / 100 / block if code in _ADPCM else None
        second = rate / frames if frames else rate * width * channels
        assert is_complete or size - (len(data) - start) <= second * 0.02, "audio is missing"
        size = (_start_of_tags(data, start, order) if is_complete else len(data)) - start
    elif is_complete and not _reaches_end(data, _after(data, start + size, size % 2), order):
        size = min(size, _start_of_tags(data, start, order) - start)
    audio, unread = data[start : start + size], len(data) - start - size
    if code in _ADPCM:
        return Promise(_frames_in_blocks(code, channels, block, len(audio)), rate, unread, None)
    frames = len(audio) // (width * channels)
    samples = _samples(audio[: frames * width * channels], code, width, order == ">")
    return Promise(frames, rate, unread, samples.reshape(frames, channels).mean(axis=1))


def _after(data: bytes, end: int, odd: int) -> int:
    """Return where the chunk after one that ends at `end` starts. The pad byte of an odd chunk may be missing."""
    names = (b"data", b"fmt ", b"LIST", b"fact", b"PEAK")
    return end if not odd or (data[end : end + 4] in names and data[end + 1 : end + 5] not in names) else end + 1


def _is_unknown(size: int) -> bool:
    """Return whether `size` stands for an unknown length."""
    return size == 0 or size >= 2**47 or any(0 <= size - low < width for low, width in _PLACEHOLDERS)


def _start_of_tags(data: bytes, start: int, order: str) -> int:
    """Return where the first `LIST` starts from which chunks reach to the end of the file, or the end."""
    offsets = (start + match.start() for match in re.finditer(b"LIST|fact|PEAK", data[start:]))
    return next((offset for offset in offsets if _reaches_end(data, offset, order)), len(data))


def _reaches_end(data: bytes, offset: int, order: str) -> bool:
    """Return whether chunks reach from `offset` to the end of the file exactly."""
    while offset + 8 <= len(data) and re.fullmatch(rb"[ -~]{4}", data[offset : offset + 4]):
        size = struct.unpack_from(order + "I", data, offset + 4)[0]
        offset = _after(data, offset + 8 + size, size % 2)
    return offset in (len(data), len(data) + 1)


def _frames_in_blocks(code: int, channels: int, block: int, size: int) -> int:
    """Return the number of frames of ADPCM or GSM in `size` bytes, with those of an incomplete block at the end."""

    def frames(count: int) -> int:
        if code == 0x31:
            return 320 * count // 65 if count == 65 else 160 * (count >= 33)
        if code == 0x11:
            whole = count - count % (4 * channels) if count < block else count
            return 1 + (whole - 4 * channels) * 2 // channels if count >= 4 * channels else 0
        return 2 + (count - 7 * channels) * 2 // channels if count >= 7 * channels else 0

    return size // block * frames(block) + frames(size % block)


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
