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

    It has the methods of a file that soundfile calls: `seek`, `tell` and `read`. Positions are in bytes. If the audio
    ends with an incomplete block, zeros complete it, and its decoded frames are more than `wav.frames`.

    Args:
        file: the other file.
        wav: the place and the format of the audio in `file`.
    """

    def __init__(self, file: BinaryIO, wav: Wav) -> None:
        self._file = file
        #: The number of frames that libsndfile decodes.
        self.frames = _blocks(wav) * wav.format.block_frames
        size = _blocks(wav) * wav.format.block_bytes
        self._header = _header(wav, size)
        #: The difference between a position in `file` and the position of the same byte here.
        self._shift = wav.offset - len(self._header)
        self._audio_end = len(self._header) + min(wav.size, size)
        self._length = len(self._header) + size
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
        size = max(0, min(size, self._length - self._position))
        content = self._header[self._position : self._position + size]
        of_file = min(size, self._audio_end - self._position) - len(content)
        if of_file > 0:
            self._file.seek(self._shift + self._position + len(content))
            audio = self._file.read(of_file)
            content += audio
            if len(audio) < of_file:  # the file was truncated meanwhile
                size = len(content)
        content += bytes(size - len(content))
        self._position += len(content)
        return content


def _blocks(wav: Wav) -> int:
    return -(-wav.frames // wav.format.block_frames)


def _header(wav: Wav, size: int) -> bytes:
    """Return a header for `size` bytes of audio of the format of `wav`.

    The header is RIFX for big-endian audio, RF64 if the length needs more than 32 bits, and otherwise RIFF. There is no
    big-endian form with 64-bit lengths: RIFX audio of unknown length reaches to the end of the file.
    """
    order = ">" if wav.is_big_endian else "<"
    name, long_lengths = b"RIFX" if wav.is_big_endian else b"RIFF", b""
    if size > _TO_THE_END and not wav.is_big_endian:
        name, long_lengths = b"RF64", struct.pack("<4sIQQQI", b"ds64", 28, size, size, wav.frames, 0)
    form = wav.format.chunk(order)
    return (
        struct.pack(f"{order}4sI4s", name, 0xFFFFFFFF, b"WAVE")
        + long_lengths
        + struct.pack(f"{order}4sI", b"fmt ", len(form))
        + form
        + struct.pack(f"{order}4sI", b"data", 0xFFFFFFFF if long_lengths else _TO_THE_END)
    )
