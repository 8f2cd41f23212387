"""Checks that no end of a file is missing, by its structure. Decoders treat a truncated file as a shorter one.

Formats without lengths (AAC, AMR) and MP3 files without a header of their own cannot be checked. FLAC is checked by its
number of frames, after decoding. A length that stands for "unknown" promises nothing.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Callable

from transcriber.audio.decoder import asf, matroska, mp3, ogg
from transcriber.audio.decoder.errors import more_audio, truncated
from transcriber.audio.tags import start_of_trailing_tags
from transcriber.audio.wav_length import is_placeholder
from transcriber.audio.wav_rest import second_recording
from transcription.contract.errors import AudioTruncated

#: What SoX writes in place of the length of an AIFF file, with and without headers: 0x7F000000 and a little more.
_SOX_LENGTHS = range(0x7F000000, 0x7F020000)
#: How many bytes may be missing at the end.
_TOLERANCE = 32
#: Formats in which only audio follows the header, and how many bytes after it are not taken for audio.
_WITHOUT_CHUNKS, _STRAY_BYTES = ("AU", "SPHERE"), 1024

_AU_BYTES, _SPHERE_BYTES = 24, 1024
#: The head of a chunk of Wave64 and of a box of MP4, in bytes.
_WAVE64_HEAD, _MP4_HEAD = 24, 8


def check(file: BinaryIO, file_format: str) -> None:
    """Check that a file is complete as far as its structure shows.

    Args:
        file: the file.
        file_format: the name of its format, from `content_type`.

    Raises:
        AudioTruncated: the end of the file is missing.
        AudioCorrupt: there is more audio than the file says.
        AudioProtected: the file is encrypted.
    """
    length = file.seek(0, io.SEEK_END)
    if file_format in _CHUNKS:
        end = None
        for end in _CHUNKS[file_format](file, length):
            if end > length + _TOLERANCE:
                raise truncated(file_format, end, length)
        if (
            file_format in _WITHOUT_CHUNKS
            and end is not None
            and start_of_trailing_tags(file, end) > end + _STRAY_BYTES
        ):
            raise more_audio(file_format, end, length)
    elif file_format in _CHECKS:
        _CHECKS[file_format](file, length)


def _is_unknown(size: int) -> bool:
    """Return whether a length stands for one that the program did not know."""
    return size in _SOX_LENGTHS or is_placeholder(size)


def _read(file: BinaryIO, offset: int, layout: str) -> tuple[Any, ...]:
    """Read values at an offset. `layout` has the form that `struct` takes.

    Returns:
        The values, or nothing at the end of the file.
    """
    file.seek(offset)
    data = file.read(struct.calcsize(layout))
    return struct.unpack(layout, data) if len(data) == struct.calcsize(layout) else ()


def _aiff_chunks(file: BinaryIO, length: int) -> Iterator[int]:
    offset = 12
    while head := _read(file, offset, ">4sI"):
        if head[0] == b"SSND" and _is_unknown(head[1]):
            return
        offset += 8 + head[1] + head[1] % 2
        yield offset - head[1] % 2


def _caf_chunks(file: BinaryIO, length: int) -> Iterator[int]:
    offset = 8
    while head := _read(file, offset, ">4sq"):
        if head[1] < 0 or (head[0] == b"data" and _is_unknown(head[1])):  # negative: to the end
            return
        offset += 12 + head[1]
        yield offset


def _wave64_chunks(file: BinaryIO, length: int) -> Iterator[int]:
    offset = 40
    while head := _read(file, offset, "<16sQ"):
        if head[1] < _WAVE64_HEAD or _is_unknown(head[1]):
            return
        yield offset + head[1]
        offset += (head[1] + 7) // 8 * 8


def _au_chunks(file: BinaryIO, length: int) -> Iterator[int]:
    file.seek(0)
    order = ">" if file.read(4) == b".snd" else "<"
    head = _read(file, 4, f"{order}II")
    if not head:
        yield _AU_BYTES + _TOLERANCE + 1
    elif not _is_unknown(head[1]):
        yield sum(head)


def _sphere_chunks(file: BinaryIO, length: int) -> Iterator[int]:
    file.seek(0)
    fields = {}
    for line in file.read(_SPHERE_BYTES).split(b"\n"):
        name, _, rest = line.strip().partition(b" ")
        fields[name] = rest.rpartition(b" ")[2]
    try:
        samples, channels, width = (
            int(fields[name]) for name in (b"sample_count", b"channel_count", b"sample_n_bytes")
        )
    except (KeyError, ValueError):
        return
    is_compressed = b"embedded" in fields.get(b"sample_coding", b"")
    if not is_compressed and not _is_unknown(samples):
        yield _SPHERE_BYTES + samples * channels * width


def _check_mp4(file: BinaryIO, length: int) -> None:
    """Check the boxes of an MP4 file.

    Raises:
        AudioTruncated: a box is incomplete, or the index is missing, which most programs write last.
        AudioCorrupt: a second file follows.
    """
    offset = 0
    names: set[bytes] = set()
    while head := _read(file, offset, ">I4s"):
        size, name = head[0], bytes(head[1])
        if not (name.isascii() and name.decode().isprintable()):
            break
        if name == b"moov" and name in names:
            raise second_recording()
        names.add(name)
        if size == 1:
            size = (_read(file, offset + 8, ">Q") or (0,))[0]
        if size < _MP4_HEAD:  # 0: to the end
            break
        offset += size
        if offset > length:
            raise truncated("MP4", offset, length)
    if b"moov" not in names:
        raise AudioTruncated(
            "The MP4 file has no index (`moov`): its end is missing, or the recording was not finished. "
            "Upload it again."
        )


def _check_ogg(file: BinaryIO, length: int) -> None:
    """Check the pages of an Ogg file. The last one may lack its mark, as in recordings of streams.

    Raises:
        AudioTruncated: the last page is incomplete.
    """
    for page in ogg.read_pages(file):
        if not page.is_whole:
            raise truncated("Ogg", page.end, length)


_CHUNKS: dict[str, Callable[[BinaryIO, int], Iterator[int]]] = {
    "AIFF": _aiff_chunks,
    "CAF": _caf_chunks,
    "Wave64": _wave64_chunks,
    "AU": _au_chunks,
    "SPHERE": _sphere_chunks,
}
_CHECKS: dict[str, Callable[[BinaryIO, int], None]] = {
    "MP4": _check_mp4,
    "Ogg": _check_ogg,
    "MP3": mp3.check,
    "WebM": matroska.check,
    "Windows Media": asf.check,
}
