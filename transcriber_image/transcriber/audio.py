"""Any WAV file as a stream of what a model hears: one channel of 16-bit samples at the model's rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from transcription.contract.errors import AudioCorrupt, AudioNoSamples, AudioNotFinite
from transcription.contract.result import Audio

from . import wav

#: One channel of audio, shape (samples,).
Samples = npt.NDArray[np.int16]

#: How many numbers are decoded at a time, all channels together: 1 MB as float32.
_BLOCK = 2**18
#: In hertz. Beyond these a header is damaged, and resampling from it could fill the memory.
_RATES = range(1_000, 768_001)


def describe(path: Path) -> Audio:
    """What the WAV file `path` holds, once it is sure that it is one and complete.

    Raises:
        InputError: one of the `Audio…` errors; the file cannot be transcribed.
    """
    with _open(path) as file:
        if file.frames == 0:
            raise AudioNoSamples("The file is a WAV header without any audio.")
        if file.samplerate not in _RATES:
            raise AudioCorrupt(f"The header says {file.samplerate} Hz, which no recording has. Export the file again.")
        return Audio(file.frames / file.samplerate, file.samplerate, file.channels, file.subtype)


def decode(path: Path, rate: int) -> Iterator[Samples]:
    """The audio of a file that `describe` accepted, in blocks, at `rate` hertz.

    Channels are averaged. Audio that is 16-bit mono at `rate` already comes out bit for bit.

    Raises:
        AudioNotFinite: a sample is NaN or infinite.
        AudioCorrupt: decoding stops before the end.
    """
    with _open(path) as file:
        stream = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32") if file.samplerate != rate else None
        frames = 0
        while frames < file.frames:
            block = _read(file, max(1, _BLOCK // file.channels))
            if len(block) == 0:
                seconds = frames / file.samplerate
                raise AudioCorrupt(f"Decoding stops after {seconds:.2f} s, before the end. Export the file again.")
            frames += len(block)
            mono = block.mean(axis=1, dtype=np.float32)
            if not np.isfinite(mono).all():
                raise AudioNotFinite("The audio holds samples that are no numbers (NaN or infinity). Export it again.")
            if stream is not None:
                mono = stream.resample_chunk(mono, last=frames >= file.frames)
            yield np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)


@contextmanager
def _open(path: Path) -> Iterator[soundfile.SoundFile]:
    with wav.open_checked(path) as source:
        try:
            file = soundfile.SoundFile(source)
        except soundfile.LibsndfileError as error:
            raise AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export it again.") from error
        with file:
            yield file


def _read(file: soundfile.SoundFile, frames: int) -> npt.NDArray[np.float32]:
    """The next samples, shape (frames, channels); full scale is 1."""
    try:
        return file.read(frames, dtype="float32", always_2d=True)  # type: ignore[no-any-return]
    except soundfile.LibsndfileError as error:
        raise AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export it again.") from error
