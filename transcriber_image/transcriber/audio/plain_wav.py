"""What a decoder gets to see of a WAV file: a plain header and the audio that was found, nothing else."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from transcriber.audio.wav import Wav

#: A length beyond the end lets libsndfile read up to the end. It must be even: libsndfile adds 1 to an odd one.
_TO_THE_END = 0xFFFFFFFE


class View:
    """The audio of `file` behind a header of ours, with as much of Python's file interface as soundfile asks for."""

    def __init__(self, file: BinaryIO, wav: Wav) -> None:
        self._file = file
        self._header = _header(wav)
        self._shift = wav.offset - len(self._header)
        self._length = len(self._header) + wav.size
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte of the view, which is returned."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        return self._at

    def tell(self) -> int:
        """At which byte of the view it stands."""
        return self._at

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end: libsndfile asks once."""
        size = min(size, self._length - self._at)
        content = self._header[self._at : self._at + size]
        if len(content) < size:
            self._file.seek(self._shift + self._at + len(content))
            content += self._file.read(size - len(content))
        self._at += len(content)
        return content


def _header(wav: Wav) -> bytes:
    """A header for the audio of `wav`, in 64 bits where that is needed and there is a form of it."""
    order = ">" if wav.is_big_endian else "<"
    kind, lengths = b"RIFX" if wav.is_big_endian else b"RIFF", b""
    if wav.size > _TO_THE_END and not wav.is_big_endian:
        kind, lengths = b"RF64", struct.pack("<4sIQQQI", b"ds64", 28, wav.size, wav.size, wav.frames, 0)
    return (
        struct.pack(f"{order}4sI4s", kind, 0xFFFFFFFF, b"WAVE")
        + lengths
        + struct.pack(f"{order}4sI", b"fmt ", len(wav.format_chunk))
        + wav.format_chunk
        + struct.pack(f"{order}4sI", b"data", 0xFFFFFFFF if lengths else _TO_THE_END)
    )
