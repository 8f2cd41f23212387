"""Conversion of an audio file of any format to a stream of 16-bit mono samples at the model's sample rate."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Optional

import numpy as np
import numpy.typing as npt
import soxr

from transcriber.audio.audio_file import AudioFile, Frames
from transcriber.audio.audio_files import open_audio
from transcriber.audio.level import Gain, LevelMeter, Signal
from transcription.contract.errors import AudioCorrupt, AudioNotFinite, InputError
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


def measure_gain(path: Path) -> Gain:
    """Return the gain that a recording needs. Most recordings need none, and only their beginning is read.

    The gain of damaged audio is 1, and `decode` raises the error, after the audio before the damage.

    Raises:
        InputError: `describe` does not accept the file.
    """
    with open_audio(path) as file:
        meter = LevelMeter(file.sample_rate, file.frames)
        try:
            for block, _ in _blocks(file):
                meter.add(_mix(block))
                if meter.is_ordinary and not file.may_exceed_full_scale:
                    break
        except InputError:
            return Gain()
        return meter.gain()


def decode(path: Path, rate: int, gain: Optional[Gain] = None) -> Generator[Samples, None, Audio]:
    """Yield the audio of a file in blocks, as 16-bit mono samples at `rate` hertz.

    Channels are averaged. Audio that already is 16-bit mono at `rate`, and needs no gain, is not changed by a single
    bit.

    Args:
        path: the file.
        rate: the sample rate of the result, in hertz.
        gain: the result of `measure_gain`, which is measured if it is missing.

    Returns:
        The length and the format of the audio that was decoded.

    Raises:
        InputError: `describe` does not accept the file.
        AudioNotFinite: a sample is NaN or infinite.
        AudioTruncated: the end of the file is missing.
        AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
    """
    scale = np.float32(32768 * (gain or measure_gain(path)).factor)
    with open_audio(path) as file:
        resampler = (
            soxr.ResampleStream(file.sample_rate, rate, 1, dtype="float32") if file.sample_rate != rate else None
        )
        for block, is_last in _blocks(file):
            mono = _mix(block)
            if resampler is not None:
                mono = resampler.resample_chunk(mono, last=is_last)
            yield np.clip(np.rint(mono * scale), -32768, 32767).astype(np.int16)
        return _describe(file)


def _describe(file: AudioFile) -> Audio:
    return Audio(file.frames / file.sample_rate, file.sample_rate, file.channels, file.encoding, file.notes)


def _mix(block: Frames) -> Signal:
    """Return the mean of the channels.

    Raises:
        AudioNotFinite: a sample is NaN or infinite.
        AudioCorrupt: a sample is far beyond full scale.
    """
    _check(block)
    return block.mean(axis=1)  # type: ignore[no-any-return]


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
