"""A copy of a recording that every browser plays: FLAC, with the audio that was transcribed.

FLAC is written thousands of times faster than it plays, MP3 and AAC 65 to 300 times. Each seek in it is exact.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from transcriber.audio.audio_stream import Samples
from transcriber.audio.delayed_signals import delay_signals

#: A disk with less free space is for recordings, in bytes.
_LEAST_FREE = 2**29


class ListeningCopy:
    """A listening copy that is being written.

    Two streams become two channels; other numbers of streams are averaged.

    Args:
        path: where the copy is written.
        streams: the number of streams.
        rate: the sample rate, in hertz.

    Raises:
        OSError, RuntimeError: the file cannot be written.
    """

    def __init__(self, path: Path, streams: int, rate: int) -> None:
        self.path = path
        self._is_stereo = streams == 2  # noqa: PLR2004
        with delay_signals():
            self._file = soundfile.SoundFile(path, "w", rate, 1 + self._is_stereo, "PCM_16", format="FLAC")

    def add(self, streams: Sequence[Samples]) -> None:
        """Write the next samples of all streams.

        Raises:
            OSError, RuntimeError: the file cannot be written, or the disk is nearly full.
        """
        if shutil.disk_usage(self.path.parent).free < _LEAST_FREE:
            raise OSError(f"less than {_LEAST_FREE // 2**20} MiB are free on the disk")
        frames = np.stack(streams, axis=1)
        self._file.write(frames if self._is_stereo else np.rint(frames.mean(axis=1)).astype(np.int16))

    def close(self) -> None:
        """Finish the file. A second call has no effect."""
        with delay_signals():
            self._file.close()
