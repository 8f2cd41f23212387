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
from dataclasses import dataclass, replace
from typing import BinaryIO, Optional

from transcriber.audio.file_signatures import identify
from transcriber.audio.tags import end_of_leading_tags
from transcriber.audio.wav_chunks import HEAD_BYTES, Chunk, is_printable, read_chunks
from transcriber.audio.wav_length import UNKNOWN, is_placeholder, measure_audio
from transcriber.audio.wave_format import WaveFormat, parse_format
from transcription.contract.errors import AudioCorrupt, AudioEmpty, AudioNoSamples, AudioNotWav, AudioTruncated

_KINDS = (b"RIFF", b"RIFX", b"RF64", b"BW64")
#: The distance of the first chunk from the start of the header.
_FIRST_CHUNK = 12
#: No supported format needs more of its chunk.
_FORMAT_BYTES = 64


@dataclass(frozen=True)
class Wav:
    """The place of the audio in a WAV file, and its encoding."""

    format: WaveFormat
    is_big_endian: bool
    #: Where the audio starts in the file, in bytes.
    offset: int
    #: The length of the audio, in bytes.
    size: int
    #: What people should know about the file, such as that its last milliseconds are missing.
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """The number of frames. A frame is one sample of each channel."""
        return self.format.frames(self.size)


@dataclass(frozen=True)
class _Header:
    #: The length of the whole file according to its header, in bytes.
    promised: int
    format_chunk: Optional[bytes]
    #: The chunk with the audio. Its size is a placeholder if neither the 32-bit nor the 64-bit length states it.
    data: Optional[Chunk]


def is_wav(file: BinaryIO) -> bool:
    """Return whether a file is a WAV file (RIFF, RIFX, RF64 or BW64), perhaps after tags such as ID3."""
    file.seek(end_of_leading_tags(file))
    start = file.read(_FIRST_CHUNK)
    return start[:4] in _KINDS and b"WAVE".startswith(start[8:])


def find_audio(file: BinaryIO) -> Wav:
    """Find the audio of a WAV file (RIFF, RIFX, RF64 or BW64) and check that it is complete.

    Some headers are written before the length is known. Then all bytes to the end of the file are audio, except chunks
    and tags that describe it.

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
    if not is_wav(file):
        file_type = identify(file)
        raise AudioNotWav(f"The file is not a WAV file: it looks like {file_type.name}. {file_type.advice}")
    start = end_of_leading_tags(file)
    file.seek(start)
    order = ">" if file.read(4) == b"RIFX" else "<"
    header = _read_header(file, order, start)
    if header.data is None:
        if header.promised > length:
            raise AudioTruncated(f"The file ends inside its header, after {length} bytes. Upload it again.")
        raise AudioCorrupt("The WAV file has no data chunk, which contains the audio. Export the file again.")
    if header.format_chunk is None:
        raise AudioCorrupt("The WAV header does not say how the audio is encoded. Export the file again.")

    form = parse_format(header.format_chunk, order)
    audio = measure_audio(
        file, order, header.data, promised=header.promised, length=length, bytes_per_second=form.bytes_per_second
    )
    notes = (audio.note,) if audio.note else ()
    wav = Wav(form, order == ">", header.data.offset, audio.size, notes)
    if wav.frames == 0:
        raise AudioNoSamples("The WAV file contains a header but no audio. Record or export it again.")
    return wav


def _read_header(file: BinaryIO, order: str, start: int) -> _Header:
    """Read the header of a file.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        start: where the header starts, in bytes from the start of the file.

    Raises:
        AudioCorrupt: the header has two `fmt ` chunks.
    """
    file.seek(start)
    head = file.read(HEAD_BYTES)
    promised = struct.unpack_from(f"{order}I", head, 4)[0] if len(head) >= HEAD_BYTES else 0
    has_long_sizes = not head.startswith(b"RIF")
    long_size = UNKNOWN
    format_chunk = data = None
    for chunk in read_chunks(file, order, start + _FIRST_CHUNK):
        if chunk.name == b"data":
            data = _full_chunk(file, order, chunk) if chunk.size == 0 else chunk
            if has_long_sizes and is_placeholder(data.size):
                data = replace(data, size=long_size)
            break
        if chunk.name == b"fmt ":
            if format_chunk is not None:
                raise AudioCorrupt("The WAV header describes the encoding of its audio twice. Export the file again.")
            format_chunk = file.read(min(chunk.size, _FORMAT_BYTES))
        if chunk.name == b"ds64" and has_long_sizes:  # the 64-bit lengths of the file and of the audio
            promised, long_size = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
    return _Header(start + promised + HEAD_BYTES, format_chunk, data)


def _full_chunk(file: BinaryIO, order: str, empty: Chunk) -> Chunk:
    """Return the `data` chunk that follows an empty one after other chunks, or the empty one if there is none."""
    for chunk in read_chunks(file, order, empty.offset):
        if not is_printable(chunk.name):
            break
        if chunk.name == b"data" and chunk.size > 0:
            return chunk
    return empty
