"""A decoder of WAV files. libsndfile decodes the samples that `wav.find_audio` found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from transcriber.audio.audio_file import Frames
from transcriber.audio.delayed_signals import delay_signals
from transcriber.audio.plain_wav import PlainWav
from transcriber.audio.wav import Wav, find_audio
from transcription.contract.errors import AudioCorrupt

_FLOATING_POINT = ("FLOAT", "DOUBLE")


class WavFile:
    """An open WAV file; an `AudioFile`.

    Args:
        file: the file, opened by libsndfile.
        wav: what its header says.
    """

    def __init__(self, file: soundfile.SoundFile, wav: Wav) -> None:
        self._file = file
        self._unread = wav.frames
        self.sample_rate: int = file.samplerate
        self.channels: int = file.channels
        self.frames = wav.frames
        self.encoding: str = file.subtype
        self.notes = wav.notes
        self.may_exceed_full_scale = self.encoding in _FLOATING_POINT

    def read(self, frames: int) -> Frames:
        """Read the next frames, at most `frames`. The result is empty only at the end of the file.

        Raises:
            AudioCorrupt: libsndfile cannot decode the samples, or they end before the end that the header gives.
        """
        wanted = min(frames, self._unread)
        try:
            with delay_signals():
                block: Frames = self._file.read(wanted, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise _undecodable(error) from error
        if wanted and not len(block):
            seconds = (self.frames - self._unread) / self.sample_rate
            raise AudioCorrupt(f"Decoding stops after {seconds:.2f} s, before the end. Export the file again.")
        self._unread -= len(block)
        return block


@contextmanager
def open_wav(path: Path) -> Iterator[WavFile]:
    """Open a WAV file, and close it at the end of the block.

    Raises:
        InputError: the file is not a WAV file, is not complete, or cannot be decoded.
    """
    with path.open("rb") as source:
        wav = find_audio(source)
        plain = PlainWav(source, wav)
        try:
            with delay_signals():
                file = soundfile.SoundFile(plain)
        except soundfile.LibsndfileError as error:
            raise _undecodable(error) from error
        try:
            if file.frames != plain.frames:
                raise AudioCorrupt(
                    f"The WAV header promises {plain.frames} samples, but decoding gives {file.frames}. "
                    "Export the file again."
                )
            yield WavFile(file, wav)
        finally:
            with delay_signals():
                file.close()


def _undecodable(error: soundfile.LibsndfileError) -> AudioCorrupt:
    return AudioCorrupt(f"The WAV file cannot be decoded: {error.error_string} Export the file again, as 16-bit PCM.")
