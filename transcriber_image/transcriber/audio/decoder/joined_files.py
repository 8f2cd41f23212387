"""Several recordings in one file: recordings that were joined with `cat`, and radio streams of several programmes.

Decoders read only the first of them, without an error. FFmpeg reads all of Ogg and MP3.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import BinaryIO
from uuid import UUID

from transcriber.audio.decoder import mp3, ogg
from transcriber.audio.file_search import find_all
from transcriber.audio.tags import start_of_trailing_tags
from transcriber.audio.wav_rest import second_recording

#: How many bytes after the end of an MP3 file are not taken for another one.
_STRAY_BYTES = 4096
#: How the files of some formats start. No audio has these bytes by chance.
_STARTS = {
    "FLAC": re.compile(rb"fLaC\x00\x00\x00\x22"),
    "AIFF": re.compile(rb"FORM.{4}AIF[FC]", re.DOTALL),
    "CAF": re.compile(rb"caff\x00\x01\x00\x00desc"),
    "WebM": re.compile(rb"\x1aE\xdf\xa3.{1,40}?\x42\x82.(?:webm|matroska)", re.DOTALL),
    "Windows Media": re.compile(re.escape(UUID("75b22630-668e-11cf-a6d9-00aa0062ce6c").bytes_le)),
}
_LONGEST_START = 64


def is_joined(file: BinaryIO, file_format: str) -> bool:
    """Return whether several recordings are in a file, one after another.

    Args:
        file: the file.
        file_format: the name of its format, from `content_type`.

    Raises:
        AudioCorrupt: no decoder reads all of them.
    """
    if file_format == "Ogg":
        return _is_joined_ogg(file)
    if file_format == "MP3":
        end = mp3.promised_end(file)
        return end is not None and start_of_trailing_tags(file, end) > end + _STRAY_BYTES
    if file_format in _STARTS:
        starts = find_all(file, _STARTS[file_format], _LONGEST_START)
        if len(list(islice(starts, 2))) > 1:
            raise second_recording()
    return False


def _is_joined_ogg(file: BinaryIO) -> bool:
    """Return whether a stream starts after the audio of another one has begun."""
    has_audio = False
    for page in ogg.read_pages(file):
        if page.starts_stream and has_audio:
            return True
        has_audio |= not page.starts_stream
    return False
