"""A view of a WAV file for libsndfile: a plain WAV file with a minimal header, the audio and nothing else."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from transcriber.audio.wav import Wav

#: A length beyond the end, with which libsndfile reads to the end. It is even, because libsndfile adds 1 to an odd one.
_TO_THE_END = 0xFFFFFFFE


class PlainWav:
    """A readable file that consists of a new header and the audio of another file.

    It has the methods of a file that soundfile calls: `seek`, `tell` and `read`. Positions are in bytes.

    Args:
        file: the other file.
        wav: the place and the format of the audio in `file`.
    """

    def __init__(self, file: BinaryIO, wav: Wav) -> None:
        self._file = file
        self._header = _header(wav)
        #: The difference between a position in `file` and the position of the same byte here.
        self._shift = wav.offset - len(self._header)
        self._length = len(self._header) + wav.size
        self._position = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position and return it. `offset` and `whence` have the same meaning as in `io.IOBase.seek`."""
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def read(self, size: int) -> bytes:
        """Read and return the next `size` bytes.

        Return fewer bytes only at the end of the file, because libsndfile does not ask for the missing bytes again.
        """
        size = min(size, self._length - self._position)
        content = self._header[self._position : self._position + size]
        if len(content) < size:
            self._file.seek(self._shift + self._position + len(content))
            content += self._file.read(size - len(content))
        self._position += len(content)
        return content


def _header(wav: Wav) -> bytes:
    """Return a header for the audio that `wav` describes.

    The header is RIFX for big-endian audio, RF64 if the length needs more than 32 bits, and otherwise RIFF. There is no
    big-endian form with 64-bit lengths: RIFX audio of unknown length reaches to the end of the file.
    """
    order = ">" if wav.is_big_endian else "<"
    name, long_lengths = b"RIFX" if wav.is_big_endian else b"RIFF", b""
    if wav.size > _TO_THE_END and not wav.is_big_endian:
        name, long_lengths = b"RF64", struct.pack("<4sIQQQI", b"ds64", 28, wav.size, wav.size, wav.frames, 0)
    return (
        struct.pack(f"{order}4sI4s", name, 0xFFFFFFFF, b"WAVE")
        + long_lengths
        + struct.pack(f"{order}4sI", b"fmt ", len(wav.format_chunk))
        + wav.format_chunk
        + struct.pack(f"{order}4sI", b"data", 0xFFFFFFFF if long_lengths else _TO_THE_END)
    )
