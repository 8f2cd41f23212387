"""The length of the audio in a WAV file, where its header, its audio and the length of the file may disagree.

Some programs write the header before they know the length, and put a number in its place that stands for "unknown".
Others count the header as audio, or count what they never wrote. A file that was cut off in an upload is different: it
lacks audio that the recorder wrote, and it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from transcriber.audio.wav_chunks import Chunk
from transcriber.audio.wav_rest import check_rest, end_of_unmeasured_audio
from transcription.contract.errors import AudioCorrupt, AudioTruncated

#: Stands for a length that is not known or has 64 bits.
UNKNOWN = 0xFFFFFFFF
#: How far a placeholder is from the largest signed or unsigned 32-bit number. Programs subtract the length of the
#: header, or round to frames or blocks: 0x7FFF0000 (GStreamer), 0x7FFFF000 (SoX), 0xFFFFFFFF - 100 (node-wav).
_MARGIN = 2**17
_PLACEHOLDERS = (range(2**31 - _MARGIN, 2**31 + _MARGIN), range(2**32 - _MARGIN, 2**32))
#: No file is as long as this, so a 64-bit length from here on is a placeholder. S3 stores at most 50 TB in an object.
_LONGEST = 2**47

_UNKNOWN_NOTE = "The header does not give the length of the audio. It was read to the end of the file."

#: How much audio may be missing at the end, in seconds: one step of DeepSpeech's network. The network needs several
#: steps to recognise a letter, and less than a step is typical of a program that counts wrongly.
TOLERANCE = 0.02
#: How far the RIFF length may be from the length of the file: some programs leave out its own 8 bytes, others add them.
_RIFF_MARGIN = 8


@dataclass(frozen=True)
class AudioLength:
    """The length of the audio in bytes, and a note for people if the header gives another one."""

    size: int
    note: str = ""


def is_placeholder(size: int) -> bool:
    """Return whether programs write `size` in place of a length that they do not know."""
    return size == 0 or size >= _LONGEST or any(size in region for region in _PLACEHOLDERS)


def measure_audio(
    file: BinaryIO, order: str, data: Chunk, *, promised: int, length: int, bytes_per_second: float
) -> AudioLength:
    """Find out how many bytes of audio a WAV file contains, and check that its end is not missing.

    Args:
        file: the file.
        order: the byte order, `<` or `>` as in `struct`.
        data: the chunk that contains the audio.
        promised: the length of the file according to the RIFF header, in bytes.
        length: the length of the file, in bytes.
        bytes_per_second: how many bytes a second of the audio has.

    Raises:
        AudioTruncated: the end of the file is missing.
        AudioCorrupt: more audio follows the audio that the header describes.
    """
    present = length - data.offset
    is_complete = abs(promised - length) <= _RIFF_MARGIN
    if is_placeholder(data.size) and not (is_complete and 0 < data.size <= present):
        size = end_of_unmeasured_audio(file, order, data.offset) - data.offset
        return AudioLength(size, _UNKNOWN_NOTE)
    if data.size <= present:
        return _counted(file, order, data, length, is_complete=is_complete)
    if is_complete:
        return _overcounted(data, end_of_unmeasured_audio(file, order, data.offset))
    missing = data.size - present
    if missing <= TOLERANCE * bytes_per_second:
        milliseconds = missing / bytes_per_second * 1000
        return AudioLength(
            present, f"The last {milliseconds:.1f} ms of the audio that the header promises are missing."
        )
    raise AudioTruncated(
        f"The WAV header promises {data.size} bytes of audio, but the file contains {present}: its end is missing. "
        "Upload it again."
    )


def _counted(file: BinaryIO, order: str, data: Chunk, length: int, *, is_complete: bool) -> AudioLength:
    """Return the length of audio that has at least the length in its chunk.

    If something else than chunks and tags follows, the length may be too large and count a part of these. Then chunks
    start inside the audio and reach to the end of the file.

    Raises:
        AudioCorrupt: more audio follows.
    """
    error = None
    try:
        stray = check_rest(file, order, data, length)
    except AudioCorrupt as caught:
        stray, error = length, caught
    if is_complete and stray > 1:
        end = end_of_unmeasured_audio(file, order, data.offset)
        if end < data.end:
            return _overcounted(data, end)
    if error is not None:
        raise error
    return AudioLength(data.size)


def _overcounted(data: Chunk, end: int) -> AudioLength:
    """Return the length of audio that ends at `end`, although its chunk is longer."""
    return AudioLength(
        end - data.offset,
        f"The header counts {data.end - end} bytes of audio too many. The file is complete: it has the length that the "
        "start of its header gives.",
    )
