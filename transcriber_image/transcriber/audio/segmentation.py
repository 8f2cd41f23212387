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
from typing import Optional

import numpy as np
import webrtcvad

from transcriber.audio.audio_stream import Samples
from transcriber.audio.rumble import RumbleFilter
from transcriber.audio.tones import holds_only_tones

#: The longest segment, in seconds. A file up to this length is not cut.
LONGEST = 15.0
#: The shortest segment of a long file, in seconds. Only the last segment of the file may be shorter. The file is cut at
#: the longest silence between `EARLIEST` and `LONGEST` after the previous cut.
EARLIEST = 8.0

#: In a channel that is silent while others speak, in seconds: a longer silence is left out, and so much is kept around
#: the voice.
_LONGEST_PAUSE, _MARGIN = 1.5, 0.3

#: WebRTC's voice activity detection takes frames of 10, 20 or 30 ms, at these sample rates only.
_FRAME_MS = 30
_VAD_RATES = (8000, 16000, 32000, 48000)
#: How readily the detection calls a frame silent, from 0 to 3. In 500 recordings of one spoken digit each, the modes 0,
#: 1, 2 and 3 found no voice in 0, 1, 1 and 18 recordings.
_VAD_MODE = 1


@dataclass(frozen=True)
class Segment:
    """A part of a file that an engine recognises as a whole. An engine may mix segments of several files."""

    #: The number of the stream: of the file in the manifest, or of one of its channels. See `stream_number`.
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


#: Files have smaller numbers than this.
_STREAMS = 2**32


def stream_number(file: int, channel: Optional[int] = None) -> int:
    """Return the number that the segments of a file, or of one of its channels, have in the engines.

    Args:
        file: the number of the file.
        channel: the number of the channel, from 0; `None` if the channels are mixed.
    """
    return file if channel is None else file + (channel + 1) * _STREAMS


def file_and_channel(stream: int) -> tuple[int, Optional[int]]:
    """Return the arguments with which `stream_number` returns `stream`."""
    channel, file = divmod(stream, _STREAMS)
    return file, channel - 1 if channel else None


class Segmenter:
    """A segmenter for the audio of one stream.

    Args:
        rate: the sample rate in hertz.
        cut: whether to cut the audio at silence. If false, the stream becomes one segment of any length.
        sparse: whether to leave out every silence, because the stream is one of several channels.
    """

    def __init__(self, rate: int, *, cut: bool = True, sparse: bool = False) -> None:
        self._rate = rate
        self._cut = cut
        self._sparse = sparse and cut
        self._frame = rate * _FRAME_MS // 1000
        self._vad = webrtcvad.Vad(_VAD_MODE) if rate in _VAD_RATES else None
        self._rumble = RumbleFilter(rate, self._frame)
        #: The total length of the segments that were left out because they contain no voice, in seconds.
        self.skipped_seconds = 0.0
        #: Where `_pending` starts in the stream, in samples.
        self._start = 0
        self._pending = np.empty(0, np.int16)
        #: Blocks of a stream that is not cut.
        self._whole: list[Samples] = []
        #: For each full frame in `_pending`, whether it contains a voice.
        self._voiced: list[bool] = []

    def segments(self, file: int, blocks: Iterable[Samples]) -> Iterator[Segment]:
        """Yield the segments of a stream.

        Each cut is in the middle of the longest silence. If there is no silence, or if the voice activity detection
        does not support the sample rate, the cut is at the quietest frame. Segments that hold only tones are left out.
        If a file has more than one segment, those without a voice are left out, too. `skipped_seconds` counts them.

        Args:
            file: the number of the stream.
            blocks: the audio of the stream, in blocks of any length.
        """
        for block in blocks:
            yield from self.add(file, block)
        yield from self.end(file)

    def add(self, file: int, block: Samples) -> Iterator[Segment]:
        """Yield the segments that are complete with the next block of audio. See `segments`."""
        if not self._cut:
            self._whole.append(block)
            return
        longest = int(LONGEST * 1000) // _FRAME_MS
        self._pending = np.concatenate([self._pending, block])
        self._voiced += self._detect(self._pending[len(self._voiced) * self._frame :])
        while len(self._pending) > longest * self._frame:
            frames = self._cut_after(self._pending[: longest * self._frame], self._voiced[:longest])
            length = frames * self._frame
            start, samples, voiced = self._start, self._pending[:length], self._voiced[:frames]
            self._start, self._pending, self._voiced = start + length, self._pending[length:], self._voiced[frames:]
            yield from self._keep_voiced(file, start, samples, voiced)

    def end(self, file: int) -> Iterator[Segment]:
        """Yield the last segments, after the last block of audio."""
        if not self._cut:
            samples = np.concatenate([np.empty(0, np.int16), *self._whole])
            yield Segment(file, 0.0, samples, len(samples) / self._rate)
        elif len(self._pending):
            yield from self._keep_voiced(
                file, self._start, self._pending, self._voiced, keep_silence=not (self._start or self._sparse)
            )

    def _keep_voiced(
        self, file: int, start: int, samples: Samples, voiced: list[bool], *, keep_silence: bool = False
    ) -> Iterator[Segment]:
        """Yield `samples` as a segment if any frame contains a voice. Otherwise add their length to `skipped_seconds`.

        If the stream is sparse, yield only the parts around a voice. Tones are no voice.

        Args:
            file: the number of the stream.
            start: where `samples` start in the stream, in samples.
            samples: the audio.
            voiced: for each full frame of `samples`, whether it contains a voice.
            keep_silence: whether to yield `samples` even if no frame contains a voice.
        """
        parts = [(0, len(samples))] if keep_silence or any(voiced) else []
        if self._sparse:
            parts = list(self._spoken_parts(voiced, len(samples)))
        parts = [(first, last) for first, last in parts if not self._holds_only_tones(samples, voiced, first, last)]
        for first, last in parts:
            yield Segment(file, (start + first) / self._rate, samples[first:last], (last - first) / self._rate)
        self.skipped_seconds += (len(samples) - sum(last - first for first, last in parts)) / self._rate

    def _holds_only_tones(self, samples: Samples, voiced: list[bool], first: int, last: int) -> bool:
        """Return whether the samples from `first` to `last` contain no voice but tones."""
        part = slice(first // self._frame, last // self._frame)
        frames = samples[: len(voiced) * self._frame].reshape(-1, self._frame)
        return holds_only_tones(frames[part], voiced[part])

    def _spoken_parts(self, voiced: list[bool], length: int) -> Iterator[tuple[int, int]]:
        """Yield where each part with a voice starts and ends, in samples, with a margin around the voice.

        Args:
            voiced: for each full frame, whether it contains a voice.
            length: the length of the audio, in samples.
        """
        margin, pause = (int(seconds * 1000) // _FRAME_MS for seconds in (_MARGIN, _LONGEST_PAUSE))
        frames = [frame for frame, is_voiced in enumerate(voiced) if is_voiced]
        while frames:
            count = next((n for n in range(1, len(frames)) if frames[n] - frames[n - 1] > pause), len(frames))
            first, last = max(0, frames[0] - margin), frames[count - 1] + 1 + margin
            yield first * self._frame, min(length, last * self._frame)
            frames = frames[count:]

    def _detect(self, samples: Samples) -> list[bool]:
        """Return for each full frame whether it contains a voice. Offset and rumble do not count.

        If the voice activity detection does not support the sample rate, return `True` for all frames.
        """
        frames = samples[: len(samples) // self._frame * self._frame].reshape(-1, self._frame)
        if self._vad is None:
            return [True] * len(frames)
        frames = self._rumble.clear(frames)
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
        frames = RumbleFilter(self._rate, self._frame).clear(samples.reshape(-1, self._frame))
        frames = frames[earliest:].astype(np.float32)
        return earliest + int(np.square(frames).sum(axis=1).argmin())
