"""The file from which FFmpeg reads. A damaged file may tell FFmpeg to go where no file can have content."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import BinaryIO


class FfmpegSource:
    """A readable file with the methods that PyAV calls: `read`, `seek` and `tell`. Positions are in bytes.

    FFmpeg goes to the positions that a file names. The system refuses those before the start of a file, or beyond the
    largest possible file, like a failure of the disk. Here, nothing follows there, as at the end of the file.

    Args:
        file: the file.
        replacements: what FFmpeg reads in place of the file's own bytes, by their position.
    """

    def __init__(self, file: BinaryIO, replacements: Mapping[int, bytes]) -> None:
        self._file = file
        self._replacements = replacements
        self._length = file.seek(0, io.SEEK_END)
        file.seek(0)

    def read(self, size: int) -> bytes:
        """Read and return the next `size` bytes; fewer at the end of the file."""
        if not self._replacements:
            return self._file.read(size)
        start = self._file.tell()
        content = bytearray(self._file.read(size))
        for position, replacement in self._replacements.items():
            for place, byte in enumerate(replacement, position - start):
                if 0 <= place < len(content):
                    content[place] = byte
        return bytes(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position and return it. `offset` and `whence` have the same meaning as in `io.IOBase.seek`."""
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._length}[whence]
        return self._file.seek(position if 0 <= position <= self._length else self._length)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()
