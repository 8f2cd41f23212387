"""A reader of WAV files that finds the audio and checks that it is complete.

libsndfile accepts broken files without an error: it treats a truncated file as a shorter file, reads only the first of
two recordings in one file, and decodes an MP3 file whose name ends with `.wav`. So libsndfile never reads the header of
an input. It reads only the format and the audio that this module found; see `plain_wav`.

Chunk layout: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"; RF64: EBU Tech 3306; BW64:
ITU-R BS.2088.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Optional

from transcriber.audio.file_signatures import file_type
from transcriber.audio.wave_format import WaveFormat, parse_format
from transcription.contract.errors import AudioCorrupt, AudioEmpty, AudioNoSamples, AudioNotWav, AudioTruncated

#: A WAV file has a handful of chunks. The limit bounds the time that a large file of random bytes takes.
_MAX_CHUNKS = 1000
#: A file and each chunk start with a name and the length of what follows, in bytes.
_HEAD_BYTES = 8
#: The offset of the first chunk.
_FIRST_CHUNK = 12
#: No supported format needs more of its chunk.
_FORMAT_BYTES = 64

#: Stands for a length that is not known or has 64 bits.
_UNKNOWN = 0xFFFFFFFF
#: Lengths that programs write to a pipe: 0x7FFF0000 (GStreamer), 0x7FFFF000 (SoX) and 0x80000000 (arecord), rounded
#: down to whole frames.
_ENDLESS = range(0x7FFE0000, 0x80000001)

#: How many bytes after the last chunk are accepted: line ends, ID3v1 tags, what an upload form adds.
_STRAY_BYTES = 1024
#: The names that start another recording after the first.
_SECOND_RECORDING = (b"data", b"RIFF", b"RIFX", b"RF64", b"BW64")


@dataclass(frozen=True)
class Wav:
    """The place of the audio in a WAV file, and its encoding."""

    format: WaveFormat
    #: Content of the `fmt ` chunk.
    format_chunk: bytes
    is_big_endian: bool
    #: Where the audio starts in the file, in bytes.
    offset: int
    #: The length of the audio, in bytes.
    size: int

    @property
    def frames(self) -> int:
        """The number of frames. A frame is one sample of each channel."""
        return self.format.frames(self.size)


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    #: Where the content starts, in bytes from the start of the file.
    offset: int
    #: The length of the content according to the chunk, in bytes.
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size + self.size % 2  # chunks start at even offsets


@dataclass(frozen=True)
class _Header:
    #: The length of the whole file according to its header, in bytes.
    promised: int
    format_chunk: Optional[bytes]
    #: The chunk with the audio. Its size is `_UNKNOWN` if neither the 32-bit nor the 64-bit length states it.
    data: Optional[_Chunk]


def find_audio(file: BinaryIO) -> Wav:
    """Find the audio of a WAV file (RIFF, RIFX, RF64 or BW64) and check that it is complete.

    Some headers are written before the length is known. Then all bytes to the end of the file are audio.

    Returns:
        The place and the format of the audio.

    Raises:
        AudioEmpty: the file has no bytes.
        AudioNotWav: the file is of another type.
        AudioTruncated: the end of the file is missing.
        AudioNoSamples: the file has a header and no audio.
        AudioCorrupt: the header is damaged or its format is not supported, or the file contains more audio than the
            header says.
    """
    length = file.seek(0, io.SEEK_END)
    if length == 0:
        raise AudioEmpty("The file is empty: it has no bytes. Upload it again.")
    file.seek(0)
    start = file.read(512)
    kind = start[:4]
    if kind not in (b"RIFF", b"RIFX", b"RF64", b"BW64") or not b"WAVE".startswith(start[8:12]):
        raise AudioNotWav(f"The file is not a WAV file: it looks like {file_type(start)}. Convert it to WAV.")
    order = ">" if kind == b"RIFX" else "<"
    header = _read_header(file, order, start)
    data = header.data
    if data is None:
        if header.promised > length:
            raise AudioTruncated(f"The file ends inside its header, after {length} bytes. Upload it again.")
        raise AudioCorrupt("The WAV file has no data chunk, which contains the audio. Export the file again.")
    if header.format_chunk is None:
        raise AudioCorrupt("The WAV header does not say how the audio is encoded. Export the file again.")

    present = length - data.offset
    # A header that gives the right file length was completed: then 0 bytes or two gigabytes of audio are meant.
    is_completed = header.promised == length and data.size <= present
    if data.size == _UNKNOWN or ((data.size == 0 or data.size in _ENDLESS) and not is_completed):
        data = replace(data, size=present)
    elif data.size > present:
        raise AudioTruncated(
            f"The WAV header promises {data.size} bytes of audio, but the file contains {present}: its end is missing. "
            "Upload it again."
        )
    else:
        _check_rest(file, order, data, length)
    wav = Wav(parse_format(header.format_chunk, order), header.format_chunk, order == ">", data.offset, data.size)
    if data.size % wav.format.block_bytes and wav.format.block_frames > 1:
        raise AudioTruncated(
            "The compressed audio ends inside a block. Upload the file again, or export it as 16-bit PCM."
        )
    if wav.frames == 0:
        raise AudioNoSamples("The WAV file contains a header but no audio. Record or export it again.")
    return wav


def _read_header(file: BinaryIO, order: str, start: bytes) -> _Header:
    """Read the header of a file.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        start: the first bytes of the file.

    Raises:
        AudioCorrupt: the header has two `fmt ` chunks.
    """
    promised = struct.unpack_from(f"{order}I", start, 4)[0] if len(start) >= _HEAD_BYTES else 0
    has_long_sizes = not start.startswith(b"RIF")
    long_size = _UNKNOWN
    format_chunk = data = None
    for chunk in _chunks(file, order, _FIRST_CHUNK):
        if chunk.name == b"data":
            data = replace(chunk, size=long_size) if chunk.size == _UNKNOWN else chunk
            break
        if chunk.name == b"fmt ":
            if format_chunk is not None:
                raise AudioCorrupt("The WAV header describes the encoding of its audio twice. Export the file again.")
            format_chunk = file.read(min(chunk.size, _FORMAT_BYTES))
        if chunk.name == b"ds64" and has_long_sizes:  # the 64-bit lengths of the file and of the audio
            promised, long_size = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
    return _Header(promised + _HEAD_BYTES, format_chunk, data)


def _chunks(file: BinaryIO, order: str, offset: int) -> Iterator[_Chunk]:
    """Yield the chunks from `offset` on. Before each chunk is yielded, move the file to the content of the chunk."""
    for _ in range(_MAX_CHUNKS):
        file.seek(offset)
        head = file.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        chunk = _Chunk(name, offset + _HEAD_BYTES, size)
        yield chunk
        offset = chunk.end


def _check_rest(file: BinaryIO, order: str, data: _Chunk, length: int) -> None:
    """Check that no audio follows the audio that the header describes.

    More audio follows if a recorder crashes before it updates the length, if a file exceeds 4 GiB and its 32-bit length
    starts again at 0, or if recordings are joined with `cat`.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        data: the chunk that contains the audio.
        length: the length of the file, in bytes.

    Raises:
        AudioCorrupt: more audio follows.
    """
    end = data.end
    for chunk in _chunks(file, order, end):
        if chunk.name in _SECOND_RECORDING:
            raise AudioCorrupt(
                "A second recording follows the first in the same file. Export each recording to a file of its own."
            )
        if not (chunk.name.isascii() and chunk.name.decode().isprintable()) or chunk.offset + chunk.size > length:
            break
        end = chunk.end
    if length - end > _STRAY_BYTES and not _is_zero(file, end):
        raise AudioCorrupt(
            f"The WAV header promises {data.size} bytes of audio, but {length - end} more bytes follow. "
            "Export the file again; if it is larger than 4 GB, as RF64 or in parts."
        )


def _is_zero(file: BinaryIO, offset: int) -> bool:
    """Return whether all bytes from `offset` on are zero. A recorder may reserve such space and not use it."""
    file.seek(offset)
    return not any(block.strip(b"\0") for block in iter(lambda: file.read(2**20), b""))
