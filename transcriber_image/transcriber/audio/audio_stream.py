"""Conversion of an audio file of any format to a streams of 16-bit samples at the model's sample rate."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from transcriber.audio.audio_file import AudioFile, Frames
from transcriber.audio.audio_files import open_audio
from transcriber.audio.channel_use import ChannelUse, choose_use, mean
from transcriber.audio.level import Gain, LevelMeter, Signal
from transcription.contract.errors import AudioCorrupt, AudioNotFinite, InputError
from transcription.contract.options import MIX
from transcription.contract.result import Audio

#: One channel of audio, shape (samples,).
Samples = npt.NDArray[np.int16]

#: The most samples that are decoded at a time, all channels together: 1 MB as float32.
_BLOCK = 2**18
#: The longest audio that is decoded at a time, in seconds. Without this limit, a block at a low sample rate would
#: become many times larger when it is resampled.
_BLOCK_SECONDS = 10
#: The highest sample value that is accepted, as a multiple of full scale. Higher values come from damage, or from
#: integers that were written as floating-point numbers.
_LOUDEST = 256


def describe(path: Path) -> Audio:
    """Check that `path` is a complete audio file, and return its length and format.

    Some formats do not say their length. Then it is an estimate; `decode` returns the exact length.

    Raises:
        InputError: the file cannot be transcribed. The class of the error is one of those named `Audio…`.
    """
    with open_audio(path) as file:
        return _describe(file)


@dataclass(frozen=True)
class Conversion:
    """How a recording becomes streams of samples for the model: one stream, or one for each channel."""

    use: ChannelUse
    #: The gain of all streams. It is the same for all, so that what one side of a call hears of the other stays quiet.
    gain: Gain


def measure(path: Path, channels: str = MIX) -> Conversion:
    """Choose the use of a recording's channels, and the gain of the recording.

    Most recordings with one channel need no gain, and only their beginning is read. The audio of others is read once or
    twice. The gain of damaged audio is 1, and `decode_streams` raises the error, after the audio before the damage.

    Args:
        path: the file.
        channels: a value of the option `channels`.

    Raises:
        InputError: `describe` does not accept the file.
    """
    with open_audio(path) as file:
        use = _choose_use(path, file, channels)
        meter = LevelMeter(file.sample_rate, file.frames)
        try:
            for block, _ in _blocks(file):
                _check(block)
                meter.add(max(use.streams(block), key=lambda samples: float(np.square(samples).sum())))
                if meter.is_ordinary and not file.may_exceed_full_scale:
                    break
        except InputError:
            return Conversion(use, Gain())
        return Conversion(use, meter.gain())


def measure_gain(path: Path) -> Gain:
    """Return the gain that a recording needs whose channels are mixed. See `measure`."""
    return measure(path).gain


def _choose_use(path: Path, file: AudioFile, option: str) -> ChannelUse:
    """Choose the use of a recording's channels. The channels of damaged audio are averaged.

    Args:
        path: the file.
        file: the same file, open. It is not read.
        option: a value of the option `channels`.
    """
    try:
        return choose_use(_checked_blocks(path), file.channels, file.sample_rate, option)
    except InputError:
        return mean(file.channels)


def decode(path: Path, rate: int) -> Generator[Samples, None, Audio]:
    """Yield the audio of a file in blocks, as 16-bit samples of one stream at `rate` hertz. See `decode_streams`."""
    streams = decode_streams(path, rate, measure(path))
    with closing(streams):
        while True:
            try:
                [samples] = next(streams)
            except StopIteration as end:
                return cast(Audio, end.value)
            yield samples


def decode_streams(path: Path, rate: int, conversion: Conversion) -> Generator[list[Samples], None, Audio]:
    """Yield the audio of a file in blocks: for each stream its 16-bit samples at `rate` hertz.

    Audio that already is 16-bit mono at `rate`, and needs no gain, is not changed by a single bit.

    Args:
        path: the file.
        rate: the sample rate of the result, in hertz.
        conversion: the result of `measure`.

    Returns:
        The length and the format of the audio that was decoded.

    Raises:
        InputError: `describe` does not accept the file.
        AudioNotFinite: a sample is NaN or infinite.
        AudioTruncated: the end of the file is missing.
        AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
    """
    with open_audio(path) as file:
        converters = [_Converter(file.sample_rate, rate, conversion.gain) for _ in conversion.use.weights]
        for block, is_last in _blocks(file):
            _check(block)
            streams = zip(converters, conversion.use.streams(block))
            yield [converter.convert(samples, is_last=is_last) for converter, samples in streams]
        return _describe(file)


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


def _describe(file: AudioFile) -> Audio:
    return Audio(file.frames / file.sample_rate, file.sample_rate, file.channels, file.encoding, file.notes)


def _checked_blocks(path: Path) -> Iterator[Frames]:
    """Open a file and yield its audio in blocks after `_check`. The file is opened for the first block only."""
    with open_audio(path) as file:
        for block, _ in _blocks(file):
            _check(block)
            yield block


def _blocks(file: AudioFile) -> Iterator[tuple[Frames, bool]]:
    """Yield the blocks of a file's audio. A block comes with a flag: whether it is the last one."""
    frames = max(1, min(_BLOCK // file.channels, _BLOCK_SECONDS * file.sample_rate))
    block = file.read(frames)
    while len(block):
        following = file.read(frames)
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
