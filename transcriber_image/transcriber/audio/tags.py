"""Tags that programs for music put before and behind the content of a file, without regard to its format.

Layouts: ID3v2.4 "Main structure", section 3.1; ID3v1; "APE Tags Header" of the APEv2 specification; Lyrics3 v2.00.
"""

from __future__ import annotations

import io
import re
import struct
from typing import BinaryIO, Optional

_ID3V2_BYTES, _ID3V1_BYTES, _APE_BYTES = 10, 128, 32
#: The bytes of the length of an ID3 tag have 7 bits.
_HIGHEST_BIT = 0x80
_LYRICS_END = b"LYRICS200"
#: How many tags may follow one another.
_MOST = 8
#: The first bytes of each kind of tag. The first tag of ID3 version 2 has its version after its name, unlike the chunk
#: `ID3 ` of some WAV files.
_START = re.compile(rb"ID3[\x02-\x04]|TAG|APETAGEX|LYRICSBEGIN")
#: How many bytes `starts_tag` and `tag_length` need.
TAG_HEAD_BYTES = _APE_BYTES


def starts_tag(data: bytes) -> bool:
    """Return whether a tag starts with `data`."""
    return _START.match(data) is not None


def tag_length(data: bytes) -> Optional[int]:
    """Return the length of the tag whose first 32 bytes are `data`, or `None` if it is no tag with a length."""
    if data[:3] == b"ID3" and len(data) >= _ID3V2_BYTES and max(data[6:10]) < _HIGHEST_BIT:
        size = sum(value << shift for value, shift in zip(data[6:10], (21, 14, 7, 0)))
        return size + _ID3V2_BYTES * (2 if data[5] & 0x10 else 1)  # a footer has the length of the header
    if data.startswith(b"APETAGEX") and len(data) >= _APE_BYTES:
        size, _, flags = struct.unpack_from("<3I", data, 12)
        is_header = bool(flags & 1 << 29)
        return int(size) + _APE_BYTES if is_header else _APE_BYTES
    return None


def end_of_leading_tags(file: BinaryIO) -> int:
    """Return where the content of a file starts after its tags, in bytes; 0 if the file does not start with a tag."""
    offset = 0
    for _ in range(_MOST):
        file.seek(offset)
        length = tag_length(file.read(TAG_HEAD_BYTES))
        if length is None:
            break
        offset += length
    return offset


def start_of_trailing_tags(file: BinaryIO, start: int) -> int:
    """Return where the tags at the end of a file start, in bytes; the length of the file if there are none.

    ID3v2 tags at the end of a file cannot be recognised from their end, and are not considered.

    Args:
        file: the file.
        start: where the content of the file starts, in bytes. Tags start after it.
    """
    end = file.seek(0, io.SEEK_END)
    for _ in range(_MOST):
        length = _length_before(file, end)
        if length == 0 or end - length < start:
            break
        end -= length
    return end


def _length_before(file: BinaryIO, end: int) -> int:
    """Return the length of the tag that ends at `end`, in bytes, or 0."""
    file.seek(max(0, end - _ID3V1_BYTES))
    last = file.read(min(end, _ID3V1_BYTES))
    if last.startswith(b"TAG") and len(last) == _ID3V1_BYTES:
        return _ID3V1_BYTES
    footer = last[-_APE_BYTES:]
    if footer.startswith(b"APETAGEX") and len(footer) == _APE_BYTES:
        size, _, flags = struct.unpack_from("<3I", footer, 12)
        return int(size) + (_APE_BYTES if flags & 1 << 31 else 0)
    if last.endswith(_LYRICS_END) and last[-15:-9].isdigit():
        return int(last[-15:-9]) + 15
    return 0
