"""Removal of a constant offset and of rumble (sound below about 80 Hz) from audio in which they are loud.

Sound cards add a constant offset; wind, traffic, handling and mains hum add rumble. People hardly hear them, but they
hide silence and speech from the detection of voices. Audio without them is not changed by a bit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Optional

import numpy as np
import numpy.typing as npt

#: The filter is a Butterworth high-pass. It takes 60 dB from 50 Hz, 42 dB from 60 Hz and nothing from 120 Hz.
_CUTOFF_HZ, _ORDER = 90.0, 12
#: Audio at a lower sample rate, in hertz, is not filtered. No speech is recorded like that.
_LOWEST_RATE = 1000
#: The length of the impulse response, in parts of a second. After that it is below a thousandth.
_RESPONSES_PER_SECOND = 8
#: A frame is disturbed if the low part of the sound has more power than the rest and than this root mean square, as a
#: share of full scale, and if most frames of the last second have a low part. A single low sound, such as a breath into
#: the microphone, is part of speech, and the low part of speech pauses as often as speech does.
_LEAST = 0.003
_FULL_SCALE = 32768
_MEMORY_SECONDS, _QUIET_SHARE = 1.0, 0.2
#: The means of parts of a frame give cheap estimates of the power of the low part. Parts of 5 ms keep 81 % of it at
#: 50 Hz and 57 % at 80 Hz: the filter, which takes 2 ms for a second of audio, runs only where this estimate is at
#: least `_SUSPICIOUS` of the whole power. Parts of 10 ms keep 40 % at 50 Hz and hardly anything of a voice: this
#: estimate says whether frames have a low part usually.
_SHORT_PARTS, _LONG_PARTS = 6, 3
_SUSPICIOUS = 0.3

#: Frames of 16-bit audio, shape (frames, samples in a frame).
Frames = npt.NDArray[np.int16]
#: Mean squares, shape (frames,).
Powers = npt.NDArray[np.float64]


class RumbleFilter:
    """A filter that removes offset and rumble from the frames of audio in which they are loud.

    The filter delays the sound by less than a frame.

    Args:
        rate: the sample rate in hertz.
        frame: the number of samples in a frame.
    """

    def __init__(self, rate: int, frame: int) -> None:
        self._can_filter = rate >= _LOWEST_RATE
        self._rate = max(rate, _LOWEST_RATE)
        self._past = np.empty(0, np.int16)
        self._memory = max(1, round(_MEMORY_SECONDS * rate / frame))
        self._past_exceed: Optional[npt.NDArray[np.bool_]] = None

    def clear(self, frames: Frames) -> Frames:
        """Return the next frames of the audio. Only disturbed frames lose offset and rumble."""
        if not len(frames) or not self._can_filter:
            return frames
        past = self._next_past(frames)
        least = (_LEAST * _FULL_SCALE) ** 2
        suspicious = self._usually_reach(_estimate_low_powers(frames, _LONG_PARTS), least / 4)
        if not suspicious.any():
            return frames
        powers = np.square(frames, dtype=np.float32).mean(axis=1, dtype=np.float64)
        suspicious &= _estimate_low_powers(frames, _SHORT_PARTS) > _SUSPICIOUS * powers
        if not suspicious.any():
            return frames
        numbers, rest = self._high_pass(past, frames, suspicious)
        rest_powers = np.square(rest).mean(axis=1)
        disturbed = suspicious[numbers] & (powers[numbers] - rest_powers > np.maximum(least, rest_powers))
        if not disturbed.any():
            return frames
        cleared = frames.copy()
        cleared[numbers[disturbed]] = np.clip(np.rint(rest[disturbed]), -_FULL_SCALE, _FULL_SCALE - 1)
        return cleared

    def _usually_reach(self, estimates: Powers, level: float) -> npt.NDArray[np.bool_]:
        """Return for each frame whether four fifths of the estimates of the last second exceed `level`."""
        exceed = estimates > level
        if self._past_exceed is None:
            self._past_exceed = np.full(self._memory - 1, exceed[0])
        known = np.concatenate([self._past_exceed, exceed])
        self._past_exceed = known[len(exceed) :]
        quiet = np.concatenate([[0], np.cumsum(~known)])
        reached: npt.NDArray[np.bool_] = quiet[self._memory :] - quiet[: -self._memory] <= int(
            _QUIET_SHARE * self._memory
        )
        return reached

    def _next_past(self, frames: Frames) -> npt.NDArray[np.int16]:
        """Return the samples before `frames` that the filter needs, and store those before the next frames."""
        needed = self._rate // _RESPONSES_PER_SECOND - 1
        if not len(self._past):  # as if the audio before the file had the offset of its first sample
            self._past = np.full(needed, frames[0, 0])
        past = self._past
        self._past = np.concatenate([past, frames[-(needed // frames.shape[1] + 1) :].ravel()])[-needed:]
        return past

    def _high_pass(
        self, past: npt.NDArray[np.int16], frames: Frames, wanted: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """Filter the blocks of frames that contain a wanted frame.

        Args:
            past: the samples before `frames` that the filter needs.
            frames: the audio.
            wanted: for each frame, whether it is wanted.

        Returns:
            The numbers of the filtered frames, and these frames.
        """
        length = frames.shape[1]
        signal = np.concatenate([past, frames.ravel()])
        response, size = _spectrum(self._rate)
        step = (size - len(past)) // length
        numbers, filtered = [], []
        for first in range(0, len(frames), step):
            last = min(first + step, len(frames))
            if wanted[first:last].any():
                # Samples before the end of the past wrap around; they are not used.
                block = np.fft.irfft(np.fft.rfft(signal[first * length : len(past) + last * length], size) * response)
                numbers.append(np.arange(first, last))
                filtered.append(block[len(past) : len(past) + (last - first) * length].reshape(-1, length))
        return np.concatenate(numbers), np.concatenate(filtered)


def _estimate_low_powers(frames: Frames, parts: int) -> Powers:
    """Estimate the power of the low part of each frame from the means of `parts` parts of it."""
    length = frames.shape[1] // parts
    # Such sums of 16-bit samples are exact as float32. `einsum` takes a fifth of the time of `mean`.
    samples = frames[:, : parts * length].astype(np.float32).reshape(len(frames), parts, length)
    means = np.einsum("ijk->ij", samples).astype(np.float64) / length
    return np.square(means).mean(axis=1)  # type: ignore[no-any-return]


def _impulse_response(rate: int) -> npt.NDArray[np.float64]:
    """Return the impulse response of the high-pass. Its sum is zero, so that it removes a constant."""
    # The tangent is the bilinear transform from analog to digital frequencies.
    frequencies = 1j * np.tan(np.pi * np.fft.rfftfreq(rate)) / np.tan(np.pi * _CUTOFF_HZ / rate)
    poles = np.exp(1j * np.pi * (2 * np.arange(1, _ORDER + 1) + _ORDER - 1) / (2 * _ORDER))
    transfer = frequencies**_ORDER / np.prod(frequencies[:, np.newaxis] - poles, axis=1)
    response = np.fft.irfft(transfer, rate)[: rate // _RESPONSES_PER_SECOND]
    return response - response.mean()  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _spectrum(rate: int) -> tuple[npt.NDArray[np.complex128], int]:
    """Return the spectrum of the impulse response, and the number of samples with which it was calculated."""
    response = _impulse_response(rate)
    size = 1 << (4 * len(response)).bit_length()
    spectrum = np.fft.rfft(response, size)
    spectrum.flags.writeable = False  # because it is shared
    return spectrum, size
