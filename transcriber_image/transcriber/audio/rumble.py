"""Removal of a constant offset and of rumble (sound below about 80 Hz) from audio in which they are loud.

Sound cards add a constant offset; wind, traffic, handling and mains hum add rumble. People hardly hear them, but they
hide silence and speech from the detection of voices. Audio without them is not changed by a bit.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

#: The filter is a Butterworth high-pass. It takes 60 dB from 50 Hz, 42 dB from 60 Hz and nothing from 120 Hz.
_CUTOFF_HZ, _ORDER = 90.0, 12
#: The length of the impulse response, in parts of a second. After that it is below a thousandth.
_RESPONSES_PER_SECOND = 8
#: A frame is disturbed if the low part of the sound has more power than the rest, and if the low part of at least four
#: fifths of the frames of the last second has this root mean square, as a share of full scale. A single low sound, such
#: as a breath into the microphone, is part of speech, and the low part of speech pauses as often as speech does.
_LEAST = 0.003
_QUIET_SHARE = 0.2
_MEMORY_SECONDS = 1.0
_FULL_SCALE = 32768

#: Frames of 16-bit audio, shape (frames, samples in a frame).
Frames = npt.NDArray[np.int16]


class RumbleFilter:
    """A filter that removes offset and rumble from the frames of audio in which they are loud.

    The filter delays the sound by less than a frame.

    Args:
        rate: the sample rate in hertz.
        frame: the number of samples in a frame.
    """

    def __init__(self, rate: int, frame: int) -> None:
        self._frame = frame
        self._response = _impulse_response(rate)
        self._past = np.empty(0)
        self._low_powers: deque[float] = deque(maxlen=max(1, round(_MEMORY_SECONDS * rate / frame)))

    def clear(self, frames: Frames) -> Frames:
        """Return the next frames of the audio. Only disturbed frames lose offset and rumble."""
        if not len(frames):
            return frames
        rest = self._high_pass(frames.ravel()).reshape(frames.shape)
        rest_powers = np.square(rest).mean(axis=1)
        low_powers = np.square(frames, dtype=np.float64).mean(axis=1) - rest_powers
        disturbed = np.array([self._is_disturbed(*powers) for powers in zip(low_powers, rest_powers)])
        if not disturbed.any():
            return frames
        cleared = np.clip(np.rint(rest), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
        return np.where(disturbed[:, np.newaxis], cleared, frames)

    def _high_pass(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
        past = len(self._response) - 1
        if not len(self._past):  # as if the audio before the file had the offset of its first sample
            self._past = np.full(past, float(samples[0]))
        signal = np.concatenate([self._past, samples])
        self._past = signal[-past:]
        size = 1 << (len(signal) + past).bit_length()
        spectrum = np.fft.rfft(signal, size) * np.fft.rfft(self._response, size)
        return np.fft.irfft(spectrum, size)[past : len(signal)]

    def _is_disturbed(self, low_power: float, rest_power: float) -> bool:
        self._low_powers.append(low_power)
        least = (_LEAST * _FULL_SCALE) ** 2
        return low_power > max(least, rest_power) and float(np.quantile(self._low_powers, _QUIET_SHARE)) > least


def _impulse_response(rate: int) -> npt.NDArray[np.float64]:
    """Return the impulse response of the high-pass. Its sum is zero, so that it removes a constant."""
    # The tangent is the bilinear transform from analog to digital frequencies.
    frequencies = 1j * np.tan(np.pi * np.fft.rfftfreq(rate)) / np.tan(np.pi * _CUTOFF_HZ / rate)
    poles = np.exp(1j * np.pi * (2 * np.arange(1, _ORDER + 1) + _ORDER - 1) / (2 * _ORDER))
    transfer = frequencies**_ORDER / np.prod(frequencies[:, np.newaxis] - poles, axis=1)
    response = np.fft.irfft(transfer, rate)[: rate // _RESPONSES_PER_SECOND]
    return response - response.mean()  # type: ignore[no-any-return]
