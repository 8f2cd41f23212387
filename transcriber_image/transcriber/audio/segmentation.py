"""Audio of any length as segments that DeepSpeech can decode in time and memory that do not grow with the file.

The beam search without a scorer takes 0.16 s per second of audio at 4 s, 0.50 at 60 s, and does not end in sensible
time at 300 s. Segments of 10 to 15 s are the cheapest, and long enough for the scorer to see context.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import webrtcvad

from transcriber.audio.audio_stream import Samples

#: In seconds: audio up to this length stays whole, and no segment is longer.
LONGEST = 15.0
#: In seconds: a long file is cut at the longest silence between this and `LONGEST` after the previous cut.
EARLIEST = 8.0

#: WebRTC's voice activity detection takes frames of 10, 20 or 30 ms, at these rates only.
_FRAME_MS = 30
_VAD_RATES = (8000, 16000, 32000, 48000)
#: From 0 to 3, the higher the readier to call a frame silent. On 500 recordings of single spoken digits, 0, 1, 2 and 3
#: find no voice at all in 0, 1, 1 and 18 of them.
_VAD_MODE = 1


@dataclass(frozen=True)
class Segment:
    """A piece of a file. The number tells an engine that works on many files at once where a segment belongs."""

    #: The file's number in the manifest.
    file: int
    #: Where it starts in the file, in seconds.
    start: float
    #: At the model's rate, shape (samples,).
    samples: Samples
    #: How long it is, in seconds.
    seconds: float

    @property
    def end(self) -> float:
        """Where it ends in the file, in seconds."""
        return self.start + self.seconds


class Segmenter:
    """Cuts the audio of one file, or where it may not be cut, makes one segment of it."""

    def __init__(self, rate: int, *, cut: bool = True) -> None:
        self._rate = rate
        self._cut = cut
        self._frame = rate * _FRAME_MS // 1000
        self._vad = webrtcvad.Vad(_VAD_MODE) if rate in _VAD_RATES else None
        #: How much of a long file was passed over because it holds no voice, in seconds.
        self.skipped_seconds = 0.0

    def segments(self, file: int, blocks: Iterable[Samples]) -> Iterator[Segment]:
        """The segments of file number `file`, whose audio comes in `blocks` of any length.

        Where the voice activity detection finds no silence (or does not know the rate), the quietest frame is cut.
        In files of more than one segment, segments without a voiced frame are counted and left out.
        """
        if not self._cut:
            samples = np.concatenate([np.empty(0, np.int16), *blocks])
            yield Segment(file, 0.0, samples, len(samples) / self._rate)
            return
        longest = int(LONGEST * 1000) // _FRAME_MS
        start = 0  # of `pending` in the file, in samples
        pending = np.empty(0, np.int16)
        voiced: list[bool] = []  # of each full frame in `pending`
        for block in blocks:
            pending = np.concatenate([pending, block])
            voiced += self._detect(pending[len(voiced) * self._frame :])
            while len(pending) > longest * self._frame:
                frames = self._cut_after(pending[: longest * self._frame], voiced[:longest])
                length = frames * self._frame
                yield from self._keep(file, start, pending[:length], voiced[:frames])
                start, pending, voiced = start + length, pending[length:], voiced[frames:]
        if len(pending):
            yield from self._keep(file, start, pending, voiced if start else [True])

    def _keep(self, file: int, start: int, samples: Samples, voiced: list[bool]) -> Iterator[Segment]:
        seconds = len(samples) / self._rate
        if any(voiced):
            yield Segment(file, start / self._rate, samples, seconds)
        else:
            self.skipped_seconds += seconds

    def _detect(self, samples: Samples) -> list[bool]:
        """Whether each full frame holds a voice."""
        frames = samples[: len(samples) // self._frame * self._frame].reshape(-1, self._frame)
        if self._vad is None:
            return [True] * len(frames)
        return [self._vad.is_speech(frame.tobytes(), self._rate) for frame in frames]

    def _cut_after(self, samples: Samples, voiced: list[bool]) -> int:
        """After how many frames to cut: in the middle of the longest silence, else at the quietest frame."""
        earliest = int(EARLIEST * 1000) // _FRAME_MS
        runs = groupby(range(earliest, len(voiced)), key=voiced.__getitem__)
        silences = [list(run) for is_voiced, run in runs if not is_voiced]
        if silences:
            longest = max(silences, key=len)
            return longest[len(longest) // 2]
        frames = samples.reshape(-1, self._frame)[earliest:].astype(np.float32)
        return earliest + int(np.square(frames).sum(axis=1).argmin())
