"""The decoder of FLAC, Ogg, MP3, AIFF, CAF, AU, Wave64 and NIST SPHERE: libsndfile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import soundfile

from transcriber.audio.decoder.decoder import BLOCK_SAMPLES, Block, Decoder
from transcriber.audio.decoder.errors import broken_off
from transcriber.audio.decoder.messages import Description
from transcription.contract.errors import AudioCorrupt

#: libsndfile gives this number of frames, or more, if the file does not say how many there are.
_UNKNOWN_FRAMES = 2**62


class SndfileDecoder(Decoder):
    """A file that libsndfile decodes.

    Args:
        file: the file.
        file_format: the name of its format, for messages.

    Raises:
        soundfile.LibsndfileError: libsndfile does not read the file.
        AudioCorrupt: the format is not supported.
    """

    def __init__(self, file: BinaryIO, file_format: str) -> None:
        file.seek(0)
        self._descriptor = file.fileno()
        self._file = soundfile.SoundFile(self._descriptor, closefd=False)
        self._format = file_format
        frames = self._file.frames
        self.promises_frames = frames < _UNKNOWN_FRAMES
        if not self.promises_frames:
            frames = 0
        super().__init__(Description(self._file.samplerate, self._file.channels, frames, self._file.subtype))

    @property
    def reads_to_the_end(self) -> bool:
        """Whether libsndfile reads all audio although the file may not say how much there is.

        It fails at the end of such FLAC files, and finds nothing in AU files with some numbers for "unknown".
        """
        if self._format == "FLAC":
            return self.promises_frames
        return not self.promises_frames or self.description.frames > 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def decode(self) -> Iterator[Block]:
        """Decode the audio, and yield it in blocks.

        Raises:
            AudioTruncated: the decoder reached the end of the file in the middle of a frame.
            AudioCorrupt: libsndfile cannot decode the samples.
        """
        frames = max(1, BLOCK_SAMPLES // self._file.channels)
        while True:
            try:
                block: Block = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                seconds = self.decoded / self.description.sample_rate
                if os.lseek(self._descriptor, 0, os.SEEK_CUR) >= os.fstat(self._descriptor).st_size:
                    raise broken_off(self._format, seconds) from error
                raise AudioCorrupt(
                    f"The {self._format} file cannot be decoded after {seconds:.2f} s: {error.error_string} "
                    "Export the file again."
                ) from error
            if not len(block):
                return
            yield block
