"""Removal of a constant offset and of rumble (sound below about 80 Hz) from audio in which they are loud.

Sound cards add a constant offset; wind, traffic, handling and mains hum add rumble. People hardly hear them, but they
hide silence and speech from the detection of voices. Audio without them is not changed by a bit.
"""

from __future__ import annotations

from functools import lru_cache

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
        self._response = _impulse_response(max(rate, _LOWEST_RATE))
        self._past = np.empty(0, np.int16)
        self._memory = max(1, round(_MEMORY_SECONDS * rate / frame))
        self._past_estimates = np.empty(0)

    def clear(self, frames: Frames) -> Frames:
        """Return the next frames of the audio. Only disturbed frames lose offset and rumble."""
        if not len(frames) or not self._can_filter:
            return frames
        powers = np.square(frames, dtype=np.float32).mean(axis=1, dtype=np.float64)
        usual = self._usual_estimates(_estimate_low_powers(frames, _LONG_PARTS))
        past = self._next_past(frames)
        least = (_LEAST * _FULL_SCALE) ** 2
        suspicious = (_estimate_low_powers(frames, _SHORT_PARTS) > _SUSPICIOUS * powers) & (usual > least / 4)
        if not suspicious.any():
            return frames
        rest = self._high_pass(past, frames)
        rest_powers = np.square(rest).mean(axis=1)
        disturbed = suspicious & (powers - rest_powers > np.maximum(least, rest_powers))
        if not disturbed.any():
            return frames
        cleared = np.clip(np.rint(rest), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
        return np.where(disturbed[:, np.newaxis], cleared, frames)

    def _usual_estimates(self, estimates: Powers) -> Powers:
        """Return for each frame an estimate that four fifths of the frames of the last second reach."""
        if not len(self._past_estimates):
            self._past_estimates = np.full(self._memory - 1, estimates[0])
        known = np.concatenate([self._past_estimates, estimates])
        self._past_estimates = known[len(estimates) :]
        windows = np.lib.stride_tricks.sliding_window_view(known, self._memory)
        rank = int(_QUIET_SHARE * self._memory)
        return np.partition(windows, rank, axis=1)[:, rank]

    def _next_past(self, frames: Frames) -> npt.NDArray[np.int16]:
        """Return the samples before `frames` that the filter needs, and store those before the next frames."""
        needed = len(self._response) - 1
        if not len(self._past):  # as if the audio before the file had the offset of its first sample
            self._past = np.full(needed, frames[0, 0])
        past = self._past
        self._past = np.concatenate([past, frames[-(needed // frames.shape[1] + 1) :].ravel()])[-needed:]
        return past

    def _high_pass(self, past: npt.NDArray[np.int16], frames: Frames) -> npt.NDArray[np.float64]:
        signal = np.concatenate([past, frames.ravel()])
        size = 1 << (len(signal) + len(past)).bit_length()
        spectrum = np.fft.rfft(signal, size) * np.fft.rfft(self._response, size)
        return np.fft.irfft(spectrum, size)[len(past) : len(signal)].reshape(frames.shape)


def _estimate_low_powers(frames: Frames, parts: int) -> Powers:
    """Estimate the power of the low part of each frame from the means of `parts` parts of it."""
    length = frames.shape[1] // parts
    means = frames[:, : parts * length].reshape(len(frames), parts, length).mean(axis=2)
    return np.square(means).mean(axis=1)  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _impulse_response(rate: int) -> npt.NDArray[np.float64]:
    """Return the impulse response of the high-pass. Its sum is zero, so that it removes a constant."""
    # The tangent is the bilinear transform from analog to digital frequencies.
    frequencies = 1j * np.tan(np.pi * np.fft.rfftfreq(rate)) / np.tan(np.pi * _CUTOFF_HZ / rate)
    poles = np.exp(1j * np.pi * (2 * np.arange(1, _ORDER + 1) + _ORDER - 1) / (2 * _ORDER))
    transfer = frequencies**_ORDER / np.prod(frequencies[:, np.newaxis] - poles, axis=1)
    response = np.fft.irfft(transfer, rate)[: rate // _RESPONSES_PER_SECOND]
    response -= response.mean()
    response.flags.writeable = False  # because it is shared
    return response
