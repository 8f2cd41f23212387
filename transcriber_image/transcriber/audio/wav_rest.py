"""What follows the audio of a WAV file: chunks and tags that describe it, or more audio."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO, Optional

from transcriber.audio.file_search import find_all
from transcriber.audio.tags import TAG_HEAD_BYTES, start_of_trailing_tags, starts_tag, tag_length
from transcriber.audio.wav_chunks import (
    DESCRIBING_NAMES,
    HEAD_BYTES,
    Chunk,
    is_printable,
    next_offset,
    pad_bytes,
    read_chunks,
)
from transcription.contract.errors import AudioCorrupt

#: How many bytes after the last chunk are accepted: line ends, ID3v1 tags, what an upload form adds.
_STRAY_BYTES = 1024
#: The names that start another recording after the first.
_SECOND_RECORDING = (b"data", b"RIFF", b"RIFX", b"RF64", b"BW64")
_RECORDING = re.compile(rb"(?:RIFF|RIFX|RF64|BW64).{4}WAVE", re.DOTALL)
_RECORDING_BYTES = 12
_BLOCK = 2**20
#: Audio with so many line feeds does not have a carriage return before each of them by chance.
_LEAST_LINES = 8

#: In how many bytes at the end of a file the chunks behind audio of unknown length are searched.
_SEARCHED = 2**20
_DESCRIPTION = re.compile(b"|".join(map(re.escape, sorted(DESCRIBING_NAMES))) + rb"|ID3[\x02-\x04]")


def check_rest(file: BinaryIO, order: str, data: Chunk, length: int) -> int:
    """Check that no audio follows the audio that the header describes.

    More audio follows if a recorder crashes before it updates the length, if a file exceeds 4 GiB and its 32-bit length
    starts again at 0, or if recordings are joined with `cat`.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        data: the chunk that contains the audio.
        length: the length of the file, in bytes.

    Returns:
        The number of bytes that follow the audio and belong to no chunk, no tag and no reserved space.

    Raises:
        AudioCorrupt: more audio follows.
    """
    end = next_offset(file, data)
    for chunk in read_chunks(file, order, end):
        if chunk.name in _SECOND_RECORDING and (chunk.name, chunk.size) != (b"data", 0):
            raise second_recording()
        if starts_tag(chunk.name) or not is_printable(chunk.name) or chunk.end > length:
            break
        end = next_offset(file, chunk)
    length = start_of_trailing_tags(file, data.end)
    stray = max(0, length - end)
    if stray and _was_sent_as_text(file, data):
        raise AudioCorrupt(
            "The file was sent as text: a byte was put before each byte that means the end of a line. This destroyed "
            "the audio. Send it again, as a binary file."
        )
    file.seek(end)
    if starts_tag(file.read(TAG_HEAD_BYTES)):
        if _contains_recording(file, end):
            raise second_recording()
        return 0
    if stray <= _STRAY_BYTES:
        return stray
    if not _is_zero(file, end):
        raise AudioCorrupt(
            f"The WAV header promises {data.size} bytes of audio, but {length - end} more bytes follow. "
            "Export the file again; if it is larger than 4 GB, as RF64 or in parts."
        )
    return 0


def end_of_unmeasured_audio(file: BinaryIO, order: str, start: int) -> int:
    """Return where audio of unknown length ends: at the chunks and tags at the end of the file, or with the file.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        start: where the audio starts, in bytes from the start of the file.
    """
    end = start_of_trailing_tags(file, start)
    searched = max(start, end - _SEARCHED)
    file.seek(searched)
    tail = file.read(end - searched)
    dead_ends: set[int] = set()
    for match in _DESCRIPTION.finditer(tail):
        if _leads_to_end(tail, order, match.start(), dead_ends):
            return searched + match.start()
    return end


def _leads_to_end(tail: bytes, order: str, offset: int, dead_ends: set[int]) -> bool:
    """Return whether chunks or tags fill `tail` from `offset` to its end exactly.

    Args:
        tail: the last bytes of a file.
        order: the byte order, `<` or `>` as in `struct`.
        offset: where the first chunk or tag starts in `tail`.
        dead_ends: offsets from which `tail` is not filled. The function adds to them, so that many calls take no more
            time than one.
    """
    passed = []
    current: Optional[int] = offset
    while current is not None and current not in dead_ends and current < len(tail):
        passed.append(current)
        current = _next_in_tail(tail, order, current)
    if current in (len(tail), len(tail) + 1):  # the last pad byte may be missing
        return True
    dead_ends.update(passed)
    return False


def _next_in_tail(tail: bytes, order: str, offset: int) -> Optional[int]:
    """Return where the chunk or tag at `offset` ends in `tail`, or `None` if there is none."""
    tag = tag_length(tail[offset : offset + TAG_HEAD_BYTES])
    if tag is not None:
        return offset + tag
    if offset + HEAD_BYTES > len(tail):
        return None
    name, size = struct.unpack_from(f"{order}4sI", tail, offset)
    end = offset + HEAD_BYTES + int(size)
    if not is_printable(name) or name in _SECOND_RECORDING:
        return None
    return end + pad_bytes(tail[end : end + 5]) if size % 2 else end


def _was_sent_as_text(file: BinaryIO, data: Chunk) -> bool:
    """Return whether each line feed in the audio follows a carriage return, as FTP's text mode leaves it."""
    file.seek(data.offset)
    feeds = pairs = 0
    last = b""
    for block in iter(lambda: file.read(_BLOCK), b""):
        feeds += block.count(b"\n")
        pairs += (last + block).count(b"\r\n")
        if pairs < feeds:
            return False
        last = block[-1:]
    return feeds >= _LEAST_LINES


def second_recording() -> AudioCorrupt:
    """Return the error for a file in which another recording follows the first."""
    return AudioCorrupt(
        "A second recording follows the first in the same file. Export each recording to a file of its own."
    )


def _contains_recording(file: BinaryIO, offset: int) -> bool:
    """Return whether another WAV file starts anywhere after `offset`."""
    return any(True for _ in find_all(file, _RECORDING, _RECORDING_BYTES, offset))


def _is_zero(file: BinaryIO, offset: int) -> bool:
    """Return whether all bytes from `offset` on are zero. A recorder may reserve such space and not use it."""
    file.seek(offset)
    return not any(block.strip(b"\0") for block in iter(lambda: file.read(_BLOCK), b""))
