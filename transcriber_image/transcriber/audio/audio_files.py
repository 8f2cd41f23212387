"""The choice of the decoder for a file: WAV in this process, all other formats in another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transcriber.audio.audio_file import AudioFile
from transcriber.audio.content_type import content_type
from transcriber.audio.decoded_file import open_decoded
from transcriber.audio.wav_file import open_wav


@contextmanager
def open_audio(path: Path) -> Iterator[AudioFile]:
    """Open an audio file by its content, and close it at the end of the block.

    Raises:
        InputError: the file is not audio, or cannot be decoded.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file_format = content_type(file)
    if file_format == "WAV":
        with open_wav(path) as wav:
            yield wav
    else:
        with open_decoded(path, file_format) as decoded:
            yield decoded
