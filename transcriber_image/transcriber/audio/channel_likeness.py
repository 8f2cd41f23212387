"""A measurement of whether two channels carry the same sound: two microphones in a room, or the two sides of a call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: The length of a frame in seconds, at most. Sound takes less time from one microphone of a room to another.
_FRAME = 0.064
#: Frequencies more than this far below the loudest one, in dB, contain noise and no speech.
_RANGE_DB = 60
#: Two channels with less likeness carry different sound. Clips of 3 s that overlap wholly have at most 0.05; a call in
#: which each microphone also hears the other person, 13 dB quieter, has 0.3.
_LEAST_LIKENESS = 0.08


class LikenessMeter:
    """A measurement of two channels, which may differ in level, delay, echo and frequency response.

    The likeness is the generalised cross-correlation with phase transform (Knapp and Carter, 1976) of spectra that are
    averaged over the recording, at the delay within a frame where it is highest. Equal channels have a likeness of 1.
    The memory does not grow with the audio.

    Args:
        rate: the sample rate, in hertz.
    """

    def __init__(self, rate: int) -> None:
        self._length = 2 ** max(4, int(np.log2(rate * _FRAME)))
        self._window = np.hanning(self._length)
        self._rest: npt.NDArray[np.float32] = np.empty((0, 2), np.float32)
        self._cross = np.zeros(self._length // 2 + 1, np.complex128)
        self._powers = np.zeros((self._length // 2 + 1, 2))

    def add(self, block: npt.NDArray[np.float32]) -> None:
        """Measure the next block of audio, shape (samples, 2)."""
        audio = np.concatenate([self._rest, block])
        step = self._length // 2
        count = max(0, (len(audio) - step) // step)
        self._rest = audio[count * step :].copy()
        if count == 0:
            return
        frames = np.lib.stride_tricks.sliding_window_view(audio, self._length, axis=0)[::step]
        spectra = np.fft.rfft(frames * self._window)
        self._cross += (spectra[:, 0] * spectra[:, 1].conj()).sum(axis=0)
        self._powers += np.square(np.abs(spectra)).sum(axis=0).T

    def are_alike(self) -> bool:
        """Return whether both channels carry the same sound. Silence is like everything."""
        expected = np.sqrt(self._powers.prod(axis=1))
        used = expected > expected.max() * 10 ** (-_RANGE_DB / 10)
        if not used.any():
            return True
        phases = np.divide(self._cross, expected, out=np.zeros_like(self._cross), where=used)
        likeness = np.abs(np.fft.irfft(phases, self._length)).max() * len(used) / used.sum()
        return bool(likeness >= _LEAST_LIKENESS)
