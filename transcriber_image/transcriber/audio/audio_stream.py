"""Any WAV file as a stream of what a model hears: one channel of 16-bit samples at the model's rate."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from transcriber.audio import delayed_signals, wav
from transcriber.audio.plain_wav import View
from transcription.contract.errors import AudioCorrupt, AudioNotFinite
from transcription.contract.result import Audio

#: One channel of audio, shape (samples,).
Samples = npt.NDArray[np.int16]

#: How many numbers are decoded at a time, all channels together: 1 MB as float32.
_BLOCK = 2**18
#: And for how long, in seconds: a block at a low rate is many times longer once it is resampled.
_BLOCK_SECONDS = 10
#: Times full scale. Beyond this it is no audio, or integers that were written as if they were floating point.
_LOUDEST = 256


def describe(path: Path) -> Audio:
    """What the WAV file `path` holds, once it is sure that it is one and complete.

    Raises:
        InputError: one of the `Audio…` errors; the file cannot be transcribed.
    """
    with _open(path) as file:
        return Audio(file.frames / file.samplerate, file.samplerate, file.channels, file.subtype)


def decode(path: Path, rate: int) -> Generator[Samples, None, None]:
    """The audio of a file that `describe` accepted, in blocks, at `rate` hertz.

    Channels are averaged. Audio that is 16-bit mono at `rate` already comes out bit for bit.

    Raises:
        AudioNotFinite: a sample is NaN or infinite.
        AudioCorrupt: decoding stops before the end, or a sample is far beyond full scale.
    """
    with _open(path) as file:
        stream = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32") if file.samplerate != rate else None
        frames = 0
        wanted = max(1, min(_BLOCK // file.channels, _BLOCK_SECONDS * file.samplerate))
        while frames < file.frames:
            block = _read(file, wanted)
            if len(block) == 0:
                seconds = frames / file.samplerate
                raise AudioCorrupt(f"Decoding stops after {seconds:.2f} s, before the end. Export the file again.")
            frames += len(block)
            _check(block)
            mono = block.mean(axis=1)
            if stream is not None:
                mono = stream.resample_chunk(mono, last=frames >= file.frames)
            yield np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)


@contextmanager
def _open(path: Path) -> Iterator[soundfile.SoundFile]:
    with path.open("rb") as source:
        found = wav.find(source)
        try:
            with delayed_signals.held():
                file = soundfile.SoundFile(View(source, found))
        except soundfile.LibsndfileError as error:
            raise AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export it again.") from error
        try:
            if file.frames != found.frames:
                raise AudioCorrupt(
                    f"Decoding gives {file.frames} samples, the header promises {found.frames}. Export the file again."
                )
            yield file
        finally:
            with delayed_signals.held():
                file.close()


def _read(file: soundfile.SoundFile, frames: int) -> npt.NDArray[np.float32]:
    """The next samples, shape (frames, channels); full scale is 1."""
    try:
        with delayed_signals.held():
            return file.read(frames, dtype="float32", always_2d=True)  # type: ignore[no-any-return]
    except soundfile.LibsndfileError as error:
        raise AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export it again.") from error


def _check(block: npt.NDArray[np.float32]) -> None:
    """Refuse samples that nobody recorded, before they are averaged or resampled into something that looks right."""
    if not np.isfinite(block).all():
        raise AudioNotFinite("The audio holds samples that are no numbers (NaN or infinity). Export it again.")
    loudest = np.abs(block).max()
    if loudest > _LOUDEST:
        raise AudioCorrupt(f"The samples reach {loudest:.0f} times full scale. Export the file again, as 16-bit PCM.")
