"""What a file is that is called `.wav` and is not, for people who wonder why it was refused."""

from __future__ import annotations

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

#: An MPEG audio frame starts with eleven set bits.
_MPEG_FRAME = 0b11111111_11100000


def looks_like(start: bytes) -> str:
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
