"""The header that encoders put into the first frame of an MP3 file: `Xing` or `Info`, with the length of the file.

Layouts: ISO/IEC 11172-3, 2.4.2.3; Xing's VBR header, which LAME documents in VbrTag.c.
"""

from __future__ import annotations

from typing import BinaryIO, Optional

from transcriber.audio.decoder.errors import truncated
from transcriber.audio.tags import end_of_leading_tags

#: How far from the tags the first frame is looked for, in bytes.
_SEARCHED = 4096
#: The longest frame, in bytes. A file may end inside a frame.
_FRAME_BYTES = 1441
#: The length of the side information by version (MPEG-1 or later) and channels (mono or not), in bytes.
_SIDE_BYTES = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
_HAS_FRAMES, _HAS_BYTES = 1, 2
#: A frame starts with eleven set bits. Two bits stand for MPEG-1, and two others for one channel.
_SYNC, _FIRST_VERSION, _MONO = 0x7FF, 3, 3


def check(file: BinaryIO, length: int) -> None:
    """Check that an MP3 file is as long as its first frame says.

    Raises:
        AudioTruncated: the end of the file is missing.
    """
    promised = promised_end(file)
    if promised is not None and promised > length + _FRAME_BYTES:
        raise truncated("MP3", promised, length)


def promised_end(file: BinaryIO) -> Optional[int]:
    """Return where the audio ends according to the first frame, in bytes; `None` if that frame does not say it."""
    offset = end_of_leading_tags(file)
    file.seek(offset)
    start = file.read(_SEARCHED)
    for name in (b"Xing", b"Info"):
        place = start.find(name)
        if place < 0:
            continue
        frame = _frame_start(start, place)
        flags = int.from_bytes(start[place + 4 : place + 8], "big")
        if frame < 0 or not flags & _HAS_BYTES:
            continue
        at = place + (12 if flags & _HAS_FRAMES else 8)
        return offset + frame + int.from_bytes(start[at : at + 4], "big")
    return None


def _frame_start(start: bytes, place: int) -> int:
    """Return where the frame starts whose header is at `place`, or -1."""
    for (is_first_version, is_mono), side_bytes in _SIDE_BYTES.items():
        for frame in (place - 4 - side_bytes, place - 6 - side_bytes):  # without and with a checksum
            head = int.from_bytes(start[max(frame, 0) : max(frame, 0) + 4], "big")
            if frame < 0 or head >> 21 != _SYNC:
                continue
            if (head >> 19 & 3 == _FIRST_VERSION) == is_first_version and (head >> 6 & 3 == _MONO) == is_mono:
                return frame
    return -1
