"""A file whose audio another process decodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from transcriber.audio.audio_file import Frames
from transcriber.audio.decoder.messages import DESCRIPTION, END, NEXT, SAMPLES, DecoderEnded, Description, Request
from transcriber.audio.decoder_process import DecoderProcess, decoder_process
from transcription.contract.errors import AudioDecoderFailed

_FLOATING_POINT = ("FLOAT", "DOUBLE")


class DecodedFile:
    """A file whose audio another process decodes; an `AudioFile`.

    Args:
        process: the process, which has opened the file.
        description: the format of the audio.
    """

    def __init__(self, process: DecoderProcess, description: Description) -> None:
        self._process = process
        self._unread: Frames = np.empty((0, description.channels), np.float32)
        self._is_at_end = False
        self.sample_rate = description.sample_rate
        self.channels = description.channels
        #: An estimate for some formats, until the end of the file is read.
        self.frames = description.frames
        self.encoding = description.encoding
        self.notes = description.notes
        self.may_exceed_full_scale = self.encoding in _FLOATING_POINT

    def read(self, frames: int) -> Frames:
        """Read the next frames, at most `frames`. The result is empty only at the end of the file.

        Raises:
            InputError: the audio cannot be decoded.
            OSError: the file cannot be read.
        """
        while not len(self._unread) and not self._is_at_end:
            kind, content = self._process.ask(NEXT)
            if kind == SAMPLES and len(content) % (4 * self.channels) == 0:
                self._unread = np.frombuffer(content, np.float32).reshape(-1, self.channels)
            elif kind == END:
                self._is_at_end = True
                description = _parse(content)
                self.frames, self.notes = description.frames, description.notes
            else:
                raise AudioDecoderFailed("The decoder sent a damaged block. Export the file again, as WAV or FLAC.")
        block, self._unread = self._unread[:frames], self._unread[frames:]
        return block


@contextmanager
def open_decoded(path: Path, file_format: str) -> Iterator[DecodedFile]:
    """Open a file of any format but WAV, and close it at the end of the block.

    Args:
        path: the file.
        file_format: the name of its format, from `content_type`.

    Raises:
        InputError: the file cannot be decoded.
        OSError: the file cannot be read.
    """
    with decoder_process() as process:
        kind, content = process.ask(Request(str(path), file_format).dump())
        if kind != DESCRIPTION:
            raise AudioDecoderFailed("The decoder did not describe the file. Export it again, as WAV or FLAC.")
        yield DecodedFile(process, _parse(content))


def _parse(content: bytes) -> Description:
    """Parse a description.

    Raises:
        AudioDecoderFailed: the decoder sent something else.
    """
    try:
        return Description.parse(content)
    except DecoderEnded as error:
        raise AudioDecoderFailed(
            f"The decoder failed on the file: {error}. Export it again, as WAV or FLAC."
        ) from error
