"""Is it a complete WAV file? Answered from its header, because decoders read broken files without a word.

libsndfile takes a truncated file for a shorter one and an MP3 called `.wav` for an MP3: both would give a transcript
that looks right. Chunk layout: Microsoft "Multimedia Programming Interface" 1.0; RF64: EBU Tech 3306.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Optional

from transcription.contract.errors import AudioCorrupt, AudioEmpty, AudioNoSamples, AudioNotWav, AudioTruncated

#: A WAV file has a handful of chunks. The bound keeps a large file of nonsense from being walked eight bytes at a time.
_MAX_CHUNKS = 1000

#: What other kinds of file start with: (offset, bytes, name).
_SIGNATURES = (
    (0, b"ID3", "an MP3 file"),
    (0, b"OggS", "an Ogg file"),
    (0, b"fLaC", "a FLAC file"),
    (4, b"ftyp", "an MP4 or M4A file"),
    (0, b"FORM", "an AIFF file"),
    (0, b"caff", "a Core Audio file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"\x1aE\xdf\xa3", "a WebM or Matroska file"),
    (0, b"0&\xb2u", "a Windows Media file"),
    (0, b"riff", "a Wave64 file"),
    (0, b"RIFF", "a RIFF file without WAVE audio"),
    (0, b"PK\x03\x04", "a ZIP file"),
    (0, b"%PDF", "a PDF file"),
)


#: The start of a file, and of each chunk: a name and the length of what follows, in bytes.
_HEAD_BYTES = 8
#: What stands for a length in 32 bits that is not known, or kept elsewhere.
_UNKNOWN = 0xFFFFFFFF
#: GStreamer, SoX and arecord write 0x7FFF0000, 0x7FFFF000 and 0x80000000, rounded down to whole frames.
_ENDLESS = range(0x7FFE0000, 0x80000001)

#: An MPEG audio frame starts with eleven set bits.
_MPEG_FRAME = 0b11111111_11100000


@dataclass(frozen=True)
class _Data:
    """Where the audio lies and how long the header says it is, in bytes."""

    offset: int
    size: int


class _Unfinished(io.FileIO):
    """A file whose data chunk says 0 although audio follows, read as if it said "not known", which libsndfile takes."""

    def __init__(self, path: Path, data: _Data) -> None:
        super().__init__(path)
        self._size_at = data.offset - 4

    def readinto(self, buffer: Any) -> int:
        start = self.tell()
        count = super().readinto(buffer) or 0
        for at in range(max(self._size_at, start), min(self._size_at + 4, start + count)):
            memoryview(buffer).cast("B")[at - start] = 0xFF
        return count


def open_checked(path: Path) -> io.FileIO:
    """Open `path` for a decoder if it is a WAV file (RIFF, RIFX or RF64) with all the audio its header promises.

    A header that was written before the length was known is fine: as much audio as is there belongs to it.

    Raises:
        AudioEmpty, AudioNotWav, AudioTruncated, AudioNoSamples, AudioCorrupt: what their names say.
    """
    length = path.stat().st_size
    if length == 0:
        raise AudioEmpty("The file has no bytes. Upload it again.")
    with path.open("rb") as file:
        start = file.read(512)
        kind = start[:4]
        if kind not in (b"RIFF", b"RIFX", b"RF64") or not b"WAVE".startswith(start[8:12]):
            raise AudioNotWav(f"The file is not a WAV file but looks like {_looks_like(start)}. Convert it to WAV.")
        order = ">" if kind == b"RIFX" else "<"
        promised = struct.unpack_from(f"{order}I", start, 4)[0] if len(start) >= _HEAD_BYTES else 0
        data = _find_data(file, order)
    if data is None:
        if promised + 8 > length:
            raise AudioTruncated(f"The file ends inside its header, after {length} bytes. Upload it again.")
        raise AudioCorrupt("The WAV header has no data chunk. Export the file again.")

    held = length - data.offset
    # A header that is finished and says 0 means it.
    is_open_ended = _is_placeholder(data.size) or (data.size == 0 and promised + 8 != length)
    expected = held if is_open_ended else data.size
    if expected == 0:
        raise AudioNoSamples("The file is a WAV header without any audio.")
    if expected > held:
        raise AudioTruncated(f"The header promises {expected} bytes of audio, the file holds {held}. Upload it again.")
    return _Unfinished(path, data) if data.size == 0 else io.FileIO(path)


def _is_placeholder(size: int) -> bool:
    """Whether `size` stands for "not known yet" in a header that was written to a pipe."""
    return size == _UNKNOWN or size in _ENDLESS


def _find_data(file: BinaryIO, order: str) -> Optional[_Data]:
    """The data chunk of a RIFF file, or nothing where there is none."""
    offset = 12
    long_size = _UNKNOWN
    for _ in range(_MAX_CHUNKS):
        file.seek(offset)
        head = file.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            return None
        name, size = struct.unpack(f"{order}4sI", head)
        offset += _HEAD_BYTES
        if name == b"data":
            return _Data(offset, long_size if size == _UNKNOWN else size)
        if name == b"ds64":  # RF64 keeps its 64-bit lengths here: of the file, then of the audio
            (long_size,) = struct.unpack("<8xQ", file.read(16).ljust(16, b"\0"))
        offset += size + size % 2  # chunks start at even offsets
    return None


def _looks_like(start: bytes) -> str:
    """For people: what a file is that starts with these bytes."""
    for offset, signature, name in _SIGNATURES:
        if start.startswith(signature, offset):
            return name
    if int.from_bytes(start[:2], "big") >= _MPEG_FRAME:
        return "an MP3 file"
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        text = start[: error.start].decode("utf-8") if error.start > len(start) - 4 else "\0"  # cut inside a character
    if all(each.isprintable() or each in "\r\n\t\ufeff" for each in text):
        return "a text file"
    return f"nothing known (it starts with the bytes {start[:8].hex(' ')})"
