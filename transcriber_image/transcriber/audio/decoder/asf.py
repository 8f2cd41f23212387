"""The header of a Windows Media file. Layout: Microsoft, "Advanced Systems Format (ASF) Specification"."""

from __future__ import annotations

import struct
from typing import BinaryIO
from uuid import UUID

from transcriber.audio.decoder.errors import truncated
from transcription.contract.errors import AudioProtected

_FILE_PROPERTIES = UUID("8cabdca1-a947-11cf-8ee4-00c00c205365").bytes_le
_ENCRYPTION = (
    UUID("2211b3fb-bd23-11d2-b4b7-00a0c955fc6e").bytes_le,
    UUID("298ae614-2622-4c17-b935-dae07ee9289c").bytes_le,
)
_HEADER_BYTES = 30
#: Each object of the header starts with its name and its length.
_OBJECT_BYTES = 24
#: How much of the header is read.
_MOST_BYTES = 2**20
_IS_BROADCAST = 1


def check(file: BinaryIO, length: int) -> None:
    """Check that a file is as long as its header says, and not encrypted.

    Raises:
        AudioTruncated: the end of the file is missing.
        AudioProtected: the file is encrypted.
    """
    file.seek(0)
    header = file.read(_MOST_BYTES)
    if len(header) < _HEADER_BYTES:
        raise truncated("Windows Media", _HEADER_BYTES, length)
    (size,) = struct.unpack_from("<Q", header, 16)
    offset = _HEADER_BYTES
    while offset + _OBJECT_BYTES <= min(size, len(header)):
        name, (object_size,) = header[offset : offset + 16], struct.unpack_from("<Q", header, offset + 16)
        if name in _ENCRYPTION:
            raise AudioProtected(
                "The file is protected by digital rights management. Upload a copy without protection."
            )
        if name == _FILE_PROPERTIES and offset + 92 <= len(header):
            (promised,), (flags,) = (
                struct.unpack_from("<Q", header, offset + 40),
                struct.unpack_from("<I", header, offset + 88),
            )
            if promised > length and not flags & _IS_BROADCAST:
                raise truncated("Windows Media", promised, length)
        if object_size < _OBJECT_BYTES:
            return
        offset += object_size
    if size > length:
        raise truncated("Windows Media", size, length)
