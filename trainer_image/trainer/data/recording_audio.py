"""The decoder of taught recordings, which cuts out the parts of long ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.data.recording import TaughtRecording
from transcriber.audio import audio_stream
from transcriber.audio.audio_reader import AudioReader
from transcription.contract.errors import TranscriptionError
from transcription.contract.options import MIX, SEPARATE

Samples = npt.NDArray[np.int16]


class UnknownChannel(TranscriptionError):
    """Raised when nobody knows the number of a channel. Its finding has a code of its own."""

    code = "CHANNEL_UNKNOWN"


class RecordingAudio:
    """A decoder that keeps the last recording, because the segments of a correction follow each other.

    Args:
        rate: the sample rate of the result, in hertz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._last: tuple[Path, str] | None = None
        self._streams: list[Samples] = []

    def samples(self, recording: TaughtRecording) -> Samples:
        """Return the 16-bit samples of a recording, or of the part of it that is taught.

        Raises:
            InputError: the file cannot be decoded.
            UnknownChannel: the part is in a channel that has a name instead of a number, or does not exist.
            OSError: the file cannot be read.
        """
        excerpt = recording.excerpt
        if excerpt is None:
            return self._decode(recording.path, MIX)[0]
        streams = self._decode(recording.path, MIX if excerpt.channel is None else SEPARATE)
        number = 0 if excerpt.channel is None else _channel_number(excerpt.channel, len(streams))
        start, end = (round(seconds * self._rate) for seconds in (excerpt.start, excerpt.end))
        return streams[number][start:end].copy()

    def _decode(self, path: Path, channels: str) -> list[Samples]:
        """Return the samples of each stream: of the mixture, or of each channel."""
        if self._last != (path, channels):
            self._last = None
            with AudioReader(path) as reader:
                conversion = audio_stream.measure(reader, channels)
                parts: list[list[Samples]] = [[np.empty(0, np.int16)] for _ in conversion.use.weights]
                for block in audio_stream.decode_streams(reader, self._rate, conversion):
                    for stream, samples in zip(parts, block, strict=True):
                        stream.append(samples)
            self._streams = [np.concatenate(stream) for stream in parts]
            self._last = (path, channels)
        return self._streams


def _channel_number(name: str, count: int) -> int:
    """Return the number of a channel from 0. Transcripts count channels from 1, unless the run named them."""
    number = int(name) - 1 if name.isdecimal() else -1
    if not 0 <= number < count:
        raise UnknownChannel(
            f"The transcript calls the channel “{name}”. Only channels with numbers can be learned from: leave the "
            "option channel_names empty."
        )
    return number
