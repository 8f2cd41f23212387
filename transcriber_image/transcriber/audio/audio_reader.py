"""A reader of audio that starts again from the beginning as often as it is asked to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from transcriber.audio.audio_file import AudioFile, Frames
from transcriber.audio.audio_files import open_audio
from transcription.contract.errors import AudioCorrupt, AudioNotFinite, InputError
from transcription.contract.result import Audio

#: The most samples that are decoded at a time, and that are kept, all channels together: 1 MB as float32.
_BLOCK = 2**18
#: The longest audio that is decoded at a time, in seconds. Without this limit, a block at a low sample rate would
#: become many times larger when it is resampled.
_BLOCK_SECONDS = 10
#: The highest sample value that is accepted, as a multiple of full scale. Higher values come from damage, or from
#: integers that were written as floating-point numbers.
_LOUDEST = 256


class AudioReader:
    """A reader of an audio file in blocks. Use it as a context manager.

    The audio is measured before it is converted. The reader keeps the beginning of the audio in memory, so that it
    opens and decodes a short file once. It opens a file again if it had to read beyond that beginning.

    Args:
        path: the file.

    Raises:
        InputError: the file is not a complete audio file. The class of the error is one of those named `Audio…`.
        OSError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._resources = ExitStack()
        self._open()
        #: The sample rate, in hertz.
        self.sample_rate = self._file.sample_rate
        #: The number of channels.
        self.channels = self._file.channels
        #: The number of frames. Some formats do not say their length. Then it is an estimate.
        self.frames = self._file.frames
        #: Whether the file can contain samples beyond full scale that a program wrote with intent.
        self.may_exceed_full_scale = self._file.may_exceed_full_scale

    def __enter__(self) -> AudioReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def _open(self) -> None:
        """Open the file, after closing it if it is open."""
        self._resources.close()
        self._file: AudioFile = self._resources.enter_context(open_audio(self._path))
        self._unread = self._read_blocks()
        #: The blocks that were read since the file was opened, unless there were too many of them.
        self._kept: list[tuple[Frames, bool]] = []
        self._is_all_kept = True

    def describe(self) -> Audio:
        """Return the length and the format of the audio. An estimated length is exact after the last block."""
        file = self._file
        return Audio(file.frames / file.sample_rate, file.sample_rate, file.channels, file.encoding, file.notes)

    def blocks(self) -> Iterator[tuple[Frames, bool]]:
        """Yield the blocks of the audio from its beginning, each with a flag: whether it is the last one.

        Ask for the blocks only when no other iterator of them is in use.

        Raises:
            InputError: the file has changed.
            AudioNotFinite: a sample is NaN or infinite.
            AudioTruncated: the end of the file is missing.
            AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
        """
        if not self._is_all_kept:
            self._open()
        yield from tuple(self._kept)
        while True:
            try:
                block, is_last = next(self._unread)
                _check(block)
            except StopIteration:
                return
            except InputError:
                self._is_all_kept = False
                raise
            self._keep(block, is_last=is_last)
            yield block, is_last

    def _keep(self, block: Frames, *, is_last: bool) -> None:
        self._is_all_kept &= block.size + sum(kept.size for kept, _ in self._kept) <= _BLOCK
        self._kept = [*self._kept, (block, is_last)] if self._is_all_kept else []

    def _read_blocks(self) -> Iterator[tuple[Frames, bool]]:
        frames = max(1, min(_BLOCK // self._file.channels, _BLOCK_SECONDS * self._file.sample_rate))
        block = self._file.read(frames)
        while len(block):
            following = self._file.read(frames)
            yield block, len(following) == 0
            block = following


def _check(block: Frames) -> None:
    """Check that all samples of a block are finite and not far beyond full scale.

    Later steps could hide such samples, because averaging and resampling turn them into plausible ones.

    Raises:
        AudioNotFinite: a sample is NaN or infinite.
        AudioCorrupt: a sample is more than `_LOUDEST` times full scale.
    """
    if not np.isfinite(block).all():
        raise AudioNotFinite(
            "The audio contains samples that are not numbers (NaN or infinity). Export the file again, as 16-bit PCM."
        )
    loudest = np.abs(block).max()
    if loudest > _LOUDEST:
        raise AudioCorrupt(f"The samples reach {loudest:.0f} times full scale. Export the file again, as 16-bit PCM.")
