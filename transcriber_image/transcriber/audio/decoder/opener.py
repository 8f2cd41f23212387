"""The choice of the decoder for a file."""

from __future__ import annotations

from typing import BinaryIO

import soundfile

from transcriber.audio.decoder import completeness, joined_files
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
    is_joined = joined_files.is_joined(file, file_format)
    completeness.check(file, file_format)
    if file_format in _SNDFILE and not is_joined:
        try:
            decoder = SndfileDecoder(file, file_format)
        except soundfile.LibsndfileError:
            pass
        else:
            if decoder.reads_to_the_end:
                return decoder
            decoder.close()
    from transcriber.audio.decoder.ffmpeg import FfmpegDecoder  # noqa: PLC0415 - most files do not need its 100 MB

    return FfmpegDecoder(file, file_format)
