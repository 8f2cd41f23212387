"""Segmentation of audio. Short segments limit the memory for recognition, and its time per second of audio.

DeepSpeech's beam search without a scorer takes 0.16 s per second of audio for segments of 4 s and 0.50 s for segments
of 60 s; for 300 s it does not end in reasonable time. Segments of 10 to 15 s cost the least and give the scorer enough
context.

In this module, a frame is 30 ms of audio: the unit in which voice activity is detected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import webrtcvad

from transcriber.audio.audio_stream import Samples

#: The longest segment, in seconds. A file up to this length is not cut.
LONGEST = 15.0
#: The shortest segment of a long file, in seconds. Only the last segment of the file may be shorter. The file is cut at
#: the longest silence between `EARLIEST` and `LONGEST` after the previous cut.
EARLIEST = 8.0

#: WebRTC's voice activity detection takes frames of 10, 20 or 30 ms, at these sample rates only.
_FRAME_MS = 30
_VAD_RATES = (8000, 16000, 32000, 48000)
#: How readily the detection calls a frame silent, from 0 to 3. In 500 recordings of one spoken digit each, the modes 0,
#: 1, 2 and 3 found no voice in 0, 1, 1 and 18 recordings.
_VAD_MODE = 1


@dataclass(frozen=True)
class Segment:
    """A part of a file that an engine recognises as a whole. An engine may mix segments of several files."""

    #: The number of the file in the manifest.
    file: int
    #: Where the segment starts in the file, in seconds.
    start: float
    #: At the model's sample rate, shape (samples,).
    samples: Samples
    #: The length, in seconds.
    seconds: float

    @property
    def end(self) -> float:
        """Where the segment ends in the file, in seconds."""
        return self.start + self.seconds


class Segmenter:
    """A segmenter for the audio of one file.

    Args:
        rate: the sample rate in hertz.
        cut: whether to cut the audio at silence. If false, the file becomes one segment of any length.
    """

    def __init__(self, rate: int, *, cut: bool = True) -> None:
        self._rate = rate
        self._cut = cut
        self._frame = rate * _FRAME_MS // 1000
        self._vad = webrtcvad.Vad(_VAD_MODE) if rate in _VAD_RATES else None
        #: The total length of the segments that were left out because they contain no voice, in seconds.
        self.skipped_seconds = 0.0

    def segments(self, file: int, blocks: Iterable[Samples]) -> Iterator[Segment]:
        """Yield the segments of a file.

        Each cut is in the middle of the longest silence. If there is no silence, or if the voice activity detection
        does not support the sample rate, the cut is at the quietest frame. If a file has more than one segment, the
        segments without a voice are left out, and `skipped_seconds` counts them.

        Args:
            file: the number of the file.
            blocks: the audio of the file, in blocks of any length.
        """
        if not self._cut:
            samples = np.concatenate([np.empty(0, np.int16), *blocks])
            yield Segment(file, 0.0, samples, len(samples) / self._rate)
            return
        longest = int(LONGEST * 1000) // _FRAME_MS
        start = 0  # where `pending` starts in the file, in samples
        pending = np.empty(0, np.int16)
        voiced: list[bool] = []  # for each full frame in `pending`
        for block in blocks:
            pending = np.concatenate([pending, block])
            voiced += self._detect(pending[len(voiced) * self._frame :])
            while len(pending) > longest * self._frame:
                frames = self._cut_after(pending[: longest * self._frame], voiced[:longest])
                length = frames * self._frame
                yield from self._keep_voiced(file, start, pending[:length], voiced[:frames])
                start, pending, voiced = start + length, pending[length:], voiced[frames:]
        if len(pending):
            yield from self._keep_voiced(file, start, pending, voiced if start else [True])

    def _keep_voiced(self, file: int, start: int, samples: Samples, voiced: list[bool]) -> Iterator[Segment]:
        """Yield `samples` as a segment if any frame contains a voice. Otherwise add their length to `skipped_seconds`.

        Args:
            file: the number of the file.
            start: where `samples` start in the file, in samples.
            samples: the audio.
            voiced: for each full frame of `samples`, whether it contains a voice.
        """
        seconds = len(samples) / self._rate
        if any(voiced):
            yield Segment(file, start / self._rate, samples, seconds)
        else:
            self.skipped_seconds += seconds

    def _detect(self, samples: Samples) -> list[bool]:
        """Return for each full frame whether it contains a voice.

        If the voice activity detection does not support the sample rate, return `True` for all frames.
        """
        frames = samples[: len(samples) // self._frame * self._frame].reshape(-1, self._frame)
        if self._vad is None:
            return [True] * len(frames)
        return [self._vad.is_speech(frame.tobytes(), self._rate) for frame in frames]

    def _cut_after(self, samples: Samples, voiced: list[bool]) -> int:
        """Return the number of frames before the cut.

        The cut is in the middle of the longest silence, or at the quietest frame if there is no silence.

        Args:
            samples: the audio of all frames in which the cut may be.
            voiced: for each frame, whether it contains a voice.
        """
        earliest = int(EARLIEST * 1000) // _FRAME_MS
        runs = groupby(range(earliest, len(voiced)), key=voiced.__getitem__)
        silences = [list(run) for is_voiced, run in runs if not is_voiced]
        if silences:
            longest = max(silences, key=len)
            return longest[len(longest) // 2]
        frames = samples.reshape(-1, self._frame)[earliest:].astype(np.float32)
        return earliest + int(np.square(frames).sum(axis=1).argmin())
