"""The choice of the decoder for a file."""

from __future__ import annotations

from typing import BinaryIO

import soundfile

from transcriber.audio.decoder import completeness
from transcriber.audio.decoder.decoder import Decoder
from transcriber.audio.decoder.sndfile import SndfileDecoder

#: The formats that libsndfile reads. It refuses some encodings in them, which FFmpeg may read.
_SNDFILE = ("FLAC", "Ogg", "MP3", "AIFF", "CAF", "AU", "Wave64", "SPHERE")


def open_file(file: BinaryIO, file_format: str) -> Decoder:
    """Check that a file is complete as far as its structure shows, and open it with the decoder for its format.

    Args:
        file: the file.
        file_format: the name of its format, from `content_type`.

    Raises:
        InputError: the file cannot be decoded.
    """
    completeness.check(file, file_format)
    if file_format in _SNDFILE:
        try:
            return SndfileDecoder(file, file_format)
        except soundfile.LibsndfileError:
            pass
    from transcriber.audio.decoder.ffmpeg import FfmpegDecoder  # noqa: PLC0415 - most files do not need its 100 MB

    return FfmpegDecoder(file, file_format)
