"""Signatures of text files, such as an error page that a program saved in place of a recording."""

from __future__ import annotations

import codecs
import re
from typing import Optional

from transcriber.audio.file_type import DECRYPT, DOWNLOAD_AGAIN, NO_AUDIO, FileType

_ERROR_PAGE = FileType("a web page (HTML text)", DOWNLOAD_AGAIN)
_BASE64 = FileType("a WAV file in Base64 (text)", "Decode it, for example with `base64 --decode`.")
_UPLOAD = FileType(
    "the body of a web form or an e-mail (text) with a file in it",
    "Save only the file that it contains; the program that received the upload did not separate it.",
)
_POINTER = "Only a reference to the recording was uploaded. Run `git lfs pull`, and upload the recording itself."

#: How texts start, as regular expressions; spaces before are ignored. An earlier row has precedence.
_TEXTS = tuple(
    (re.compile(pattern, re.IGNORECASE), file_type)
    for pattern, file_type in (
        (r"version https://git-lfs", FileType("a Git LFS pointer (text)", _POINTER)),
        (
            r"(\.\./)*(\.git)?/annex/objects/",
            FileType("a git-annex pointer (text)", _POINTER.replace("lfs pull", "annex get")),
        ),
        (r"<!doctype html|<html|<head|<body", _ERROR_PAGE),
        (r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<!doctype html|<\?xml[^>]*>\s*<html", _ERROR_PAGE),
        (r"<", FileType("an XML document (text)", DOWNLOAD_AGAIN)),
        (r'[\[{]\s*(["\[{\]}\d-]|$|true|false|null)', FileType("a JSON document (text)", DOWNLOAD_AGAIN)),
        (r"HTTP/\d", FileType("an answer of a web server (text)", DOWNLOAD_AGAIN)),
        (r"data:[\w/+.-]*;base64,", _BASE64),
        (r"UklGR|UklGW|UkY2N", _BASE64),
        (r"--.*\r?\n(content-|.*: )|content-(type|disposition):|(from|received|mime-version): ", _UPLOAD),
        (r"-----BEGIN PGP MESSAGE|-----BEGIN AGE ENCRYPTED", FileType("an encrypted file (text)", DECRYPT)),
        (r"#EXTM3U|\[playlist\]", FileType("a playlist (text), which only points to audio", NO_AUDIO)),
        (r'file type = "oo', FileType("a Praat file (text)", "Save the sound as a WAV file in Praat.")),
    )
)


def text_type(start: bytes) -> Optional[FileType]:
    """Return the type of a text file.

    Args:
        start: the first bytes of the file.

    Returns:
        The type, or `None` if the file contains no text.
    """
    text = _decode(start)
    if text is None:
        # A recording may follow after the lines of a web server or a form.
        lines, blank_line, _ = start.partition(b"\r\n\r\n")
        return _known_type(_decode(lines) or "") if blank_line else None
    return _known_type(text) or FileType("a text file", NO_AUDIO)


def _known_type(text: str) -> Optional[FileType]:
    content = text.lstrip("\ufeff \r\n\t\f")
    return next((file_type for pattern, file_type in _TEXTS if pattern.match(content)), None)


def _decode(start: bytes) -> Optional[str]:
    """Return the text in `start`, which may end inside a character, or `None` if it is no text."""
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if is_utf16 else "utf-8")()
    try:
        text = decoder.decode(start)
    except UnicodeDecodeError:
        return None
    is_text = all(character.isprintable() or character in "\r\n\t\f\ufeff" for character in text)
    return text if is_text else None
