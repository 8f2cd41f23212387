"""Recognition of audio that holds nothing but tones: dial tones, ringing, beeps, the hold tones of a telephone.

The detection of voices takes a tone for a voice, and DeepSpeech then hears words in it. The sound of a tone is
concentrated in a few narrow bands that do not move. The sound of a voice is not: its pitch changes all the time. Speech
under a continuous tone is found unless it is 23 dB quieter than the tone, where DeepSpeech recognises nothing.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np
import numpy.typing as npt

from transcriber.audio.rumble import Frames

#: A window, in frames. A tone must last as long as a window (0.21 s), so that the dialling of a keypad is not
#: found, but the fast busy signal is (0.25 s).
_WINDOW = 7
#: The sound of a window is a tone if its `_BANDS` loudest bands hold at least `_SHARE` of the power. In 2,000
#: recordings of one spoken digit each, no recording consists of such windows; at a share of 0.95, eight do. Four bands
#: are enough for a chord of four notes.
_BANDS, _SHARE = 4, 0.995
_FRAME_SECONDS = 0.03
#: Sound below this frequency, in hertz, is left aside: an offset, rumble and hum are no tones of a telephone.
_LOWEST_HZ = 150
#: How far a band reaches to each side of its loudest frequency, in frequencies of the spectrum (4.8 Hz each).
_REACH = 2
#: After a tone, the detection of voices hears a voice for up to so many frames more. They do not count if they have
#: less than this share of the power of the tones.
_TAIL, _QUIET = 12, 1e-4


def holds_only_tones(frames: Frames, voiced: list[bool]) -> bool:
    """Return whether a voice was detected in tones only.

    Most speech is told from tones by its loudest frame, in 0.1 ms.

    Args:
        frames: the audio in frames of 30 ms, shape (frames, samples in a frame).
        voiced: for each frame, whether a voice was detected in it.
    """
    windows = len(frames) - _WINDOW + 1
    if windows < 1 or not any(voiced):
        return False
    loudest = int(np.square(frames, dtype=np.float32).sum(axis=1).argmax())
    first, last = max(0, loudest - _WINDOW + 1), min(loudest + 1, windows)
    around_loudest = frames[first : last + _WINDOW - 1]
    if not _can_be_tones(around_loudest).any() or not _are_tones(around_loudest).any():
        return False
    tonal = np.zeros(len(frames), bool)
    for window in np.flatnonzero(_are_tones(frames)):
        # The frames beside a window hold the beginning and the end of a tone.
        tonal[max(0, window - 1) : window + _WINDOW + 1] = True
    powers = _spectra(frames, 1).sum(axis=1)
    quiet = powers < _QUIET * np.median(powers[tonal])
    return all(
        tonal[frame] or (quiet[frame] and tonal[max(0, frame - _TAIL) : frame].any())
        for frame in np.flatnonzero(voiced)
    )


def _windows(frames: Frames) -> Frames:
    """Return all windows of the frames, shape (frames - `_WINDOW` + 1, samples in a window)."""
    length = frames.shape[1]
    return np.lib.stride_tricks.sliding_window_view(frames.ravel(), _WINDOW * length)[::length]


def _can_be_tones(frames: Frames) -> npt.NDArray[np.bool_]:
    """Return `False` for windows for which `_are_tones` returns `False`, perhaps not for all, in a third of the time.

    The sum of the frames of a window has the values of every seventh frequency of its spectrum. The bands are narrower
    than that, so that each holds one of these values at most. The others have to be small if the window is a tone.
    """
    length = frames.shape[1]
    windows = _windows(frames) * _hann_window(_WINDOW * length)
    power = windows.shape[1] * np.einsum("ij,ij->i", windows, windows)  # of all frequencies, each counted twice
    sums = windows.reshape(len(windows), _WINDOW, length).sum(axis=1)
    values = _power_spectra(sums, ceil(_LOWEST_HZ * _FRAME_SECONDS))
    others = np.partition(values, -_BANDS, axis=1)[:, :-_BANDS].sum(axis=1)
    can_be_tones: npt.NDArray[np.bool_] = others <= (1 - _SHARE) * power
    return can_be_tones


def _are_tones(frames: Frames) -> npt.NDArray[np.bool_]:
    """Return for each window of the frames whether its sound is a tone, shape (frames - `_WINDOW` + 1,)."""
    spectra = _spectra(_windows(frames), _WINDOW)
    power = spectra.sum(axis=1)
    rows = np.arange(len(spectra))[:, np.newaxis]
    in_bands = np.zeros(len(spectra))
    for _ in range(_BANDS):
        middle = np.clip(spectra.argmax(axis=1), _REACH, spectra.shape[1] - 1 - _REACH)
        band = middle[:, np.newaxis] + np.arange(-_REACH, _REACH + 1)
        in_bands += spectra[rows, band].sum(axis=1)
        spectra[rows, band] = 0
    are_tones: npt.NDArray[np.bool_] = (power > 0) & (in_bands >= _SHARE * power)
    return are_tones


def _spectra(parts: Frames, frames: int) -> npt.NDArray[np.float64]:
    """Return the power spectra of parts of audio, without the sound below `_LOWEST_HZ`.

    Args:
        parts: shape (parts, samples in a part).
        frames: the length of a part, in frames.

    Returns:
        Shape (parts, frequencies). The frequencies are a multiple of 33 Hz divided by `frames`.
    """
    return _power_spectra(parts * _hann_window(parts.shape[1]), round(_LOWEST_HZ * _FRAME_SECONDS * frames))


def _power_spectra(signals: npt.NDArray[np.float64], lowest: int) -> npt.NDArray[np.float64]:
    """Return the power spectra of signals, with zeros below the frequency with the number `lowest`."""
    transformed = np.fft.rfft(signals, axis=1)
    spectra: npt.NDArray[np.float64] = transformed.real**2 + transformed.imag**2
    spectra[:, :lowest] = 0
    return spectra


@lru_cache(maxsize=4)
def _hann_window(length: int) -> npt.NDArray[np.float64]:
    window = np.hanning(length)
    window.flags.writeable = False  # because it is shared
    return window
