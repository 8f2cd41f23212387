"""Signatures of file types. Error messages use them to name the type of a file that is not a WAV file."""

from __future__ import annotations

#: How files of other types start: offset, bytes, name of the type.
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

#: An MPEG audio frame starts with eleven set bits.
_MPEG_FRAME = 0b11111111_11100000


def file_type(start: bytes) -> str:
    """Return the type of a file with an article, such as `an MP3 file`.

    Args:
        start: the first bytes of the file. If their type is unknown, the result shows some of them.
    """
    for offset, signature, name in _SIGNATURES:
        if start.startswith(signature, offset):
            return name
    if int.from_bytes(start[:2], "big") >= _MPEG_FRAME:
        return "an MP3 file"
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        is_last_character = error.start > len(start) - 4  # `start` may end inside a character
        text = start[: error.start].decode("utf-8") if is_last_character else "\0"
    if all(character.isprintable() or character in "\r\n\t\ufeff" for character in text):
        return "a text file"
    return f"a file of an unknown type (its first bytes are {start[:8].hex(' ')})"
