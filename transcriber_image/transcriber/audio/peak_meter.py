"""The peaks of a recording, from which a page draws its waveform without loading the audio."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Optional

import numpy as np

from transcriber.audio.audio_stream import Samples

#: The version of the JSON document. Increase it if a field changes its meaning or is removed.
VERSION = 1

#: At most so many values describe a second of audio.
_VALUES_PER_SECOND = 20
#: A document has at most so many values, all streams together. Two channels of an hour have 20 values per second.
_MOST_VALUES = 144_000
#: The value of the loudest sample.
_LOUDEST = 255


class PeakMeter:
    """A measurement of the peaks of a recording's streams. Its memory does not grow with the audio.

    Args:
        streams: the number of streams.
        rate: the sample rate, in hertz.
    """

    def __init__(self, streams: int, rate: int) -> None:
        self._rate = rate
        #: How many samples each value describes.
        self._samples = max(1, rate // _VALUES_PER_SECOND)
        self._limit = _MOST_VALUES // streams // 2 * 2
        #: Samples without their signs that no value describes yet, shape (samples, streams).
        self._rest = np.empty((0, streams), np.int32)
        #: The largest sample of each interval, without its sign, shape (values, streams).
        self._values = np.empty((0, streams), np.int32)

    def add(self, streams: Sequence[Samples]) -> None:
        """Measure the next samples of all streams. When there are too many values, each describes twice as much."""
        audio = np.concatenate([self._rest, np.abs(np.stack(streams, axis=1).astype(np.int32))])
        while count := min(len(audio) // self._samples, self._limit - len(self._values)):
            used = count * self._samples
            values = audio[:used].reshape(count, self._samples, -1).max(axis=1)
            self._values, audio = np.concatenate([self._values, values]), audio[used:]
            if len(self._values) == self._limit:
                self._values = self._values.reshape(self._limit // 2, 2, -1).max(axis=1)
                self._samples *= 2
        self._rest = audio

    def as_json(self, channels: Sequence[Optional[str]], seconds: float) -> bytes:
        """Return the JSON document of all samples so far. docs/transcripts.md describes its fields.

        Args:
            channels: the name of each stream's channel, or `None` if the stream is a mixture.
            seconds: the length of the recording, in seconds.
        """
        values = self._values
        if len(self._rest):
            values = np.concatenate([values, self._rest.max(axis=0, keepdims=True)])
        loudest = int(values.max(initial=0))
        document = {
            "version": VERSION,
            "seconds": round(seconds, 3),
            "rate": self._rate / self._samples,
            "peak": round(loudest / 32768, 4),
            "channels": list(channels),
            "peaks": np.rint(values.T * (_LOUDEST / max(1, loudest))).astype(int).tolist(),
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
