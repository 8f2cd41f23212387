"""Conversion of a WAV file of any format to a stream of 16-bit mono samples at the model's sample rate."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from transcriber.audio.delayed_signals import delay_signals
from transcriber.audio.plain_wav import PlainWav
from transcriber.audio.wav import find_audio
from transcription.contract.errors import AudioCorrupt, AudioNotFinite
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
    """Check that `path` is a complete WAV file, and return its length and format.

    Raises:
        InputError: the file cannot be transcribed. The class of the error is one of those named `Audio…`.
    """
    with _open(path) as file:
        return Audio(file.frames / file.samplerate, file.samplerate, file.channels, file.subtype)


def decode(path: Path, rate: int) -> Generator[Samples, None, None]:
    """Yield the audio of a WAV file in blocks, as 16-bit mono samples at `rate` hertz.

    Channels are averaged. Audio that already is 16-bit mono at `rate` is not changed by a single bit.

    Raises:
        InputError: `describe` does not accept the file.
        AudioNotFinite: a sample is NaN or infinite.
        AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
    """
    with _open(path) as file:
        resampler = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32") if file.samplerate != rate else None
        decoded = 0
        block_frames = max(1, min(_BLOCK // file.channels, _BLOCK_SECONDS * file.samplerate))
        while decoded < file.frames:
            block = _read(file, block_frames)
            if len(block) == 0:
                seconds = decoded / file.samplerate
                raise AudioCorrupt(f"Decoding stops after {seconds:.2f} s, before the end. Export the file again.")
            decoded += len(block)
            _check(block)
            mono = block.mean(axis=1)
            if resampler is not None:
                mono = resampler.resample_chunk(mono, last=decoded >= file.frames)
            yield np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)


@contextmanager
def _open(path: Path) -> Iterator[soundfile.SoundFile]:
    with path.open("rb") as source:
        wav = find_audio(source)
        try:
            with delay_signals():
                file = soundfile.SoundFile(PlainWav(source, wav))
        except soundfile.LibsndfileError as error:
            raise _undecodable(error) from error
        try:
            if file.frames != wav.frames:
                raise AudioCorrupt(
                    f"The WAV header promises {wav.frames} samples, but decoding gives {file.frames}. "
                    "Export the file again."
                )
            yield file
        finally:
            with delay_signals():
                file.close()


def _read(file: soundfile.SoundFile, frames: int) -> npt.NDArray[np.float32]:
    """Read the next samples.

    Args:
        file: the open file.
        frames: the maximum number of frames to read. A frame is one sample of each channel.

    Returns:
        An array of shape (frames, channels), in which full scale is 1. It has no frames at the end of the file.

    Raises:
        AudioCorrupt: libsndfile cannot decode the samples.
    """
    try:
        with delay_signals():
            return file.read(frames, dtype="float32", always_2d=True)  # type: ignore[no-any-return]
    except soundfile.LibsndfileError as error:
        raise _undecodable(error) from error


def _undecodable(error: soundfile.LibsndfileError) -> AudioCorrupt:
    return AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export the file again, as 16-bit PCM.")


def _check(block: npt.NDArray[np.float32]) -> None:
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
