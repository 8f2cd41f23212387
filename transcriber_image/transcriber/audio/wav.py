"""Where the audio of a WAV file is, and whether all of it is there: answered from its header.

libsndfile takes broken files without a word: a truncated one for a shorter one, the first of two recordings for both,
an MP3 called `.wav` for an MP3. So it never sees a file's own header, only the format and the audio that were found
here. Chunk layout: Microsoft "Multimedia Programming Interface" 1.0; RF64: EBU Tech 3306; BW64: ITU-R BS.2088.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Optional

from transcriber.audio import wave_format
from transcriber.audio.file_signatures import looks_like
from transcriber.audio.wave_format import WaveFormat
from transcription.contract.errors import AudioCorrupt, AudioEmpty, AudioNoSamples, AudioNotWav, AudioTruncated

#: A WAV file has a handful of chunks. The bound keeps a large file of nonsense from being walked eight bytes at a time.
_MAX_CHUNKS = 1000
#: The start of a file, and of each chunk: a name and the length of what follows, in bytes.
_HEAD_BYTES = 8
#: Where the first chunk starts.
_FIRST = 12
#: No format that is read here needs more of its chunk.
_FORMAT_BYTES = 64

#: What stands for a length in 32 bits that is not known, or kept elsewhere.
_UNKNOWN = 0xFFFFFFFF
#: GStreamer, SoX and arecord write 0x7FFF0000, 0x7FFFF000 and 0x80000000, rounded down to whole frames.
_ENDLESS = range(0x7FFE0000, 0x80000001)

#: Bytes at the end of a file that are no chunk and may be there: line ends, ID3v1, what an upload form adds.
_STRAY_BYTES = 1024
#: What starts another recording behind the first.
_SECOND = (b"data", b"RIFF", b"RIFX", b"RF64", b"BW64")


@dataclass(frozen=True)
class Wav:
    """The audio of a WAV file."""

    format: WaveFormat
    #: Content of the `fmt ` chunk.
    format_chunk: bytes
    is_big_endian: bool
    #: Where the audio lies in the file, in bytes.
    offset: int
    size: int

    @property
    def frames(self) -> int:
        """How many there are, of one sample for each channel."""
        return self.format.frames(self.size)


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    #: Where its content starts, in bytes from the start of the file.
    offset: int
    #: Bytes of its content, as it says.
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size + self.size % 2  # chunks start at even offsets


@dataclass(frozen=True)
class _Header:
    #: How long the whole file is, in bytes, as it says.
    promised: int
    format_chunk: Optional[bytes]
    #: The audio, with a length of `_UNKNOWN` where neither 32 nor 64 bits say it.
    data: Optional[_Chunk]


def find(file: BinaryIO) -> Wav:
    """The audio of a WAV file (RIFF, RIFX, RF64 or BW64), all of which is there.

    A header that was written before the length was known is fine: as much audio as is there belongs to it.

    Raises:
        AudioEmpty, AudioNotWav, AudioTruncated, AudioNoSamples, AudioCorrupt: what their names say.
    """
    length = file.seek(0, io.SEEK_END)
    if length == 0:
        raise AudioEmpty("The file has no bytes. Upload it again.")
    file.seek(0)
    start = file.read(512)
    kind = start[:4]
    if kind not in (b"RIFF", b"RIFX", b"RF64", b"BW64") or not b"WAVE".startswith(start[8:12]):
        raise AudioNotWav(f"The file is not a WAV file but looks like {looks_like(start)}. Convert it to WAV.")
    order = ">" if kind == b"RIFX" else "<"
    header = _read_header(file, order, start)
    data = header.data
    if data is None:
        if header.promised > length:
            raise AudioTruncated(f"The file ends inside its header, after {length} bytes. Upload it again.")
        raise AudioCorrupt("The WAV header has no data chunk. Export the file again.")
    if header.format_chunk is None:
        raise AudioCorrupt("The WAV header does not say how its audio is encoded. Export the file again.")

    held = length - data.offset
    # A header that is finished and says 0, or two gigabytes, means it.
    is_finished = header.promised == length and data.size <= held
    if data.size == _UNKNOWN or ((data.size == 0 or data.size in _ENDLESS) and not is_finished):
        data = replace(data, size=held)
    elif data.size > held:
        raise AudioTruncated(f"The header promises {data.size} bytes of audio, the file holds {held}. Upload it again.")
    else:
        _check_rest(file, order, data, length)
    wav = Wav(wave_format.parse(header.format_chunk, order), header.format_chunk, order == ">", data.offset, data.size)
    if data.size % wav.format.block_bytes and wav.format.block_frames > 1:
        raise AudioTruncated(
            "The audio ends inside a block of its encoding. Upload it again, or export it as 16-bit PCM."
        )
    if wav.frames == 0:
        raise AudioNoSamples("The file is a WAV header without any audio.")
    return wav


def _read_header(file: BinaryIO, order: str, start: bytes) -> _Header:
    """The header of a file whose first bytes are `start`."""
    promised = struct.unpack_from(f"{order}I", start, 4)[0] if len(start) >= _HEAD_BYTES else 0
    is_long = not start.startswith(b"RIF")
    long_size = _UNKNOWN
    format_chunk = data = None
    for chunk in _chunks(file, order, _FIRST):
        if chunk.name == b"data":
            data = replace(chunk, size=long_size) if chunk.size == _UNKNOWN else chunk
            break
        if chunk.name == b"fmt ":
            if format_chunk is not None:
                raise AudioCorrupt("The WAV header has two formats. Export the file again.")
            format_chunk = file.read(min(chunk.size, _FORMAT_BYTES))
        if chunk.name == b"ds64" and is_long:  # 64-bit lengths: of the file, then of the audio
            promised, long_size = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
    return _Header(promised + _HEAD_BYTES, format_chunk, data)


def _chunks(file: BinaryIO, order: str, offset: int) -> Iterator[_Chunk]:
    """The chunks from `offset` on. The file stands at the content of each when it is given."""
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
    """Refuse a file that has more audio than its header says.

    A recorder that died leaves the length of a while before; past 4 GiB a length in 32 bits starts again at 0; and
    recordings are put together with `cat`.
    """
    end = data.end
    for chunk in _chunks(file, order, end):
        if chunk.name in _SECOND:
            raise AudioCorrupt("A second recording follows the first in the same file. Export each as a file.")
        if not (chunk.name.isascii() and chunk.name.decode().isprintable()) or chunk.offset + chunk.size > length:
            break
        end = chunk.end
    if length - end > _STRAY_BYTES and not _is_zero(file, end):
        raise AudioCorrupt(
            f"The header promises {data.size} bytes of audio, and {length - end} more follow that it does not name. "
            "Export the file again; if it is larger than 4 GB, as RF64 or in parts."
        )


def _is_zero(file: BinaryIO, offset: int) -> bool:
    """Whether nothing but zeros follows: room that a recorder took and did not need."""
    file.seek(offset)
    return not any(block.strip(b"\0") for block in iter(lambda: file.read(2**20), b""))
