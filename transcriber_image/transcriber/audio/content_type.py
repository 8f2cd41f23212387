"""The format of an audio file, recognised by its first bytes. Its name does not matter."""

from __future__ import annotations

import re
from typing import BinaryIO, Optional

from transcriber.audio.file_signatures import identify
from transcriber.audio.tags import end_of_leading_tags
from transcriber.audio.text_signatures import text_type
from transcription.contract.errors import AudioEmpty, AudioNotWav

#: The name of each format, and how its files start: offset and bytes.
_SIGNATURES = (
    ("WAV", 0, b"RIFF"),
    ("WAV", 0, b"RIFX"),
    ("WAV", 0, b"RF64"),
    ("WAV", 0, b"BW64"),
    ("FLAC", 0, b"fLaC"),
    ("Ogg", 0, b"OggS"),
    ("AIFF", 0, b"FORM"),
    ("CAF", 0, b"caff"),
    ("AU", 0, b".snd"),
    ("AU", 0, b"dns."),  # little-endian
    ("Wave64", 0, b"riff\x2e\x91\xcf\x11"),
    ("SPHERE", 0, b"NIST_1A\n"),
    ("MP4", 4, b"ftyp"),
    ("MP4", 4, b"moov"),  # QuickTime before ftyp
    ("MP4", 4, b"mdat"),
    ("MP4", 4, b"wide"),
    ("WebM", 0, b"\x1aE\xdf\xa3"),
    ("Windows Media", 0, b"0&\xb2u\x8ef\xcf\x11"),
    ("AMR", 0, b"#!AMR"),
)

#: How images start that would otherwise count as MP4.
_IMAGES = (b"ftyphei", b"ftypmif1", b"ftypavif")
#: The first frame of formats without a signature. An MPEG audio frame starts with eleven set bits; in the next bits,
#: some values are reserved.
_FRAMES = (
    ("MP3", re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][^\xf0-\xff]")),
    ("AAC", re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")),
)
_START_BYTES = 512


def content_type(file: BinaryIO) -> str:
    """Return the name of the format of a file, such as `MP3`. Tags in front of the audio are skipped.

    Raises:
        AudioEmpty: the file has no bytes.
        AudioNotWav: the content is not audio of a format that is read.
    """
    file.seek(0)
    if not file.read(1):
        raise AudioEmpty("The file is empty: it has no bytes. Upload it again.")
    tags = end_of_leading_tags(file)
    file.seek(tags)
    start = file.read(_START_BYTES)
    name = _by_signature(start) or _by_frame(start) or ("MP3" if tags else None)
    if name is None:
        file_type = identify(file)
        raise AudioNotWav(
            f"The file is not audio of a format that is read: it looks like {file_type.name}. {file_type.advice}"
        )
    return name


def _by_signature(start: bytes) -> Optional[str]:
    if start[4:].startswith(_IMAGES):
        return None
    return next((name for name, offset, signature in _SIGNATURES if start.startswith(signature, offset)), None)


def _by_frame(start: bytes) -> Optional[str]:
    if text_type(start):  # UTF-16 starts with the same bits
        return None
    return next((name for name, pattern in _FRAMES if pattern.match(start)), None)
