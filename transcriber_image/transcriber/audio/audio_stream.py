"""Conversion of an audio file of any format to streams of 16-bit samples at the model's sample rate."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from transcriber.audio.audio_reader import AudioReader
from transcriber.audio.channel_use import ChannelUse, choose_use, mean
from transcriber.audio.level import Gain, LevelMeter, Signal
from transcription.contract.errors import InputError
from transcription.contract.options import MIX
from transcription.contract.result import Audio

#: One channel of audio, shape (samples,).
Samples = npt.NDArray[np.int16]


def describe(path: Path) -> Audio:
    """Check that `path` is a complete audio file, and return its length and format.

    Some formats do not say their length. Then it is an estimate; `decode` returns the exact length.

    Raises:
        InputError: the file cannot be transcribed. The class of the error is one of those named `Audio…`.
    """
    with AudioReader(path) as reader:
        return reader.describe()


@dataclass(frozen=True)
class Conversion:
    """How a recording becomes streams of samples for the model: one stream, or one for each channel."""

    use: ChannelUse
    #: The gain of all streams. It is the same for all, so that what one side of a call hears of the other stays quiet.
    gain: Gain


def measure(reader: AudioReader, channels: str = MIX) -> Conversion:
    """Choose the use of a recording's channels, and the gain of the recording.

    Most recordings with one channel need no gain, and only their beginning is read. The audio of others is read once or
    twice if it is long. The gain of damaged audio is 1, and `decode_streams` raises the error, after the audio before
    the damage.

    Args:
        reader: the reader of the recording.
        channels: a value of the option `channels`.

    Raises:
        InputError: the file has changed.
    """
    use = _choose_use(reader, channels)
    meter = LevelMeter(reader.sample_rate, reader.frames)
    try:
        for block, _ in reader.blocks():
            meter.add(max(use.streams(block), key=lambda samples: float(np.square(samples).sum())))
            if meter.is_ordinary and not reader.may_exceed_full_scale:
                break
    except InputError:
        return Conversion(use, Gain())
    return Conversion(use, meter.gain())


def measure_gain(path: Path) -> Gain:
    """Return the gain that a recording needs whose channels are mixed. See `measure`."""
    with AudioReader(path) as reader:
        return measure(reader).gain


def _choose_use(reader: AudioReader, option: str) -> ChannelUse:
    """Choose the use of a recording's channels. The channels of damaged audio are averaged.

    Args:
        reader: the reader of the recording.
        option: a value of the option `channels`.
    """
    blocks = (block for block, _ in reader.blocks())
    try:
        return choose_use(blocks, reader.channels, reader.sample_rate, option)
    except InputError:
        return mean(reader.channels)


def decode(path: Path, rate: int) -> Generator[Samples, None, Audio]:
    """Yield the audio of a file in blocks, as 16-bit samples of one stream at `rate` hertz. See `decode_streams`."""
    with AudioReader(path) as reader:
        streams = decode_streams(reader, rate, measure(reader))
        while True:
            try:
                [samples] = next(streams)
            except StopIteration as end:
                return cast(Audio, end.value)
            yield samples


def decode_streams(reader: AudioReader, rate: int, conversion: Conversion) -> Generator[list[Samples], None, Audio]:
    """Yield the audio of a file in blocks: for each stream its 16-bit samples at `rate` hertz.

    Audio that already is 16-bit mono at `rate`, and needs no gain, is not changed by a single bit.

    Args:
        reader: the reader of the recording.
        rate: the sample rate of the result, in hertz.
        conversion: the result of `measure`.

    Returns:
        The length and the format of the audio that was decoded.

    Raises:
        InputError: the file has changed.
        AudioNotFinite: a sample is NaN or infinite.
        AudioTruncated: the end of the file is missing.
        AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
    """
    converters = [_Converter(reader.sample_rate, rate, conversion.gain) for _ in conversion.use.weights]
    for block, is_last in reader.blocks():
        streams = zip(converters, conversion.use.streams(block))
        yield [converter.convert(samples, is_last=is_last) for converter, samples in streams]
    return reader.describe()


class _Converter:
    """The conversion of one stream to 16-bit samples at the model's sample rate.

    Args:
        source_rate: the sample rate of the recording, in hertz.
        rate: the sample rate of the result, in hertz.
        gain: the gain of the stream.
    """

    def __init__(self, source_rate: int, rate: int, gain: Gain) -> None:
        self._scale = np.float32(32768 * gain.factor)
        self._resampler = soxr.ResampleStream(source_rate, rate, 1, dtype="float32") if source_rate != rate else None

    def convert(self, samples: Signal, *, is_last: bool) -> Samples:
        """Convert the next samples. `is_last` says whether more samples follow."""
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(np.ascontiguousarray(samples), last=is_last)
        converted: Samples = np.clip(np.rint(samples * self._scale), -32768, 32767).astype(np.int16)
        return converted
