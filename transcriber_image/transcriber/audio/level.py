"""The level of a recording, and the gain that a recording needs which is far too quiet, or exceeds full scale.

The level of a frame of 30 ms is its root mean square, in decibels relative to full scale, without the mean of each
10 ms: a constant offset and rumble do not count. Levels of audio are counted in a histogram, so that a recording of any
length needs little memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: One channel of decoded audio, shape (samples,), in which full scale is 1.
Signal = npt.NDArray[np.float32]

#: A recording whose loudest frames are below this level is raised, in decibels. Speech at an ordinary distance from an
#: ordinary microphone is at -35 to -15 dB. The network was trained with such speech.
QUIET_DB = -55.0
#: The level to which the loudest frames are raised, in decibels.
RAISED_DB = -25.0
#: The most that a recording is raised, in decibels. Floating-point audio has the digits for it.
MOST_DB = 100.0
#: How far the loudest frames are above the quiet ones, at least, if there is speech, in decibels. Noise is not raised.
_SPREAD_DB = 6.0

_PARTS_PER_SECOND = 100
_PARTS_PER_FRAME = 3
#: The histogram has a bin for each decibel from this level to above the level of the loudest accepted sample.
_LOWEST_DB, _HIGHEST_DB = -200, 60
#: So many frames must reach a level, so that a click does not hide that a recording is quiet: 0.3 s, and one frame in a
#: thousand; in a short recording, one frame in ten.
_LOUD_FRAMES, _LOUD_SHARE, _LOUD_SHARE_OF_SHORT = 10, 1000, 10


@dataclass(frozen=True)
class Gain:
    """A factor for all samples of a recording, and a note for people. The factor 1 changes nothing."""

    factor: float = 1.0
    note: str = ""

    @property
    def decibels(self) -> float:
        """The gain in decibels, rounded to one decimal place."""
        return round(20 * float(np.log10(self.factor)), 1) + 0.0


class LevelMeter:
    """A meter for the level of a recording.

    Args:
        rate: the sample rate in hertz.
        samples: the number of samples of the recording.
    """

    def __init__(self, rate: int, samples: int) -> None:
        self._part = max(1, rate // _PARTS_PER_SECOND)
        self._frame = self._part * _PARTS_PER_FRAME
        self._rest: Signal = np.empty(0, np.float32)
        self._histogram = np.zeros(_HIGHEST_DB - _LOWEST_DB + 1, np.int64)
        frames = samples // self._frame
        self._loud_frames = max(1, min(max(_LOUD_FRAMES, frames // _LOUD_SHARE), frames // _LOUD_SHARE_OF_SHORT))
        #: The largest sample without its sign.
        self.peak = 0.0

    def add(self, samples: Signal) -> None:
        """Measure the next samples."""
        self.peak = max(self.peak, float(np.abs(samples).max(initial=0.0)))
        samples = np.concatenate([self._rest, samples])
        used = len(samples) // self._frame * self._frame
        self._rest = samples[used:]
        parts = samples[:used].reshape(-1, self._part)
        power = np.square(parts - parts.mean(axis=1, keepdims=True)).mean(axis=1, dtype=np.float64)
        self._count(power.reshape(-1, _PARTS_PER_FRAME).mean(axis=1))

    def _count(self, power: npt.NDArray[np.float64]) -> None:
        levels = 10 * np.log10(np.maximum(power, 10 ** (_LOWEST_DB / 10)))
        bins = np.clip(np.floor(levels), _LOWEST_DB, _HIGHEST_DB).astype(np.int64) - _LOWEST_DB
        self._histogram += np.bincount(bins, minlength=len(self._histogram))

    @property
    def is_ordinary(self) -> bool:
        """Whether enough frames are loud. Later frames cannot change that."""
        return bool(self._histogram[int(QUIET_DB) - _LOWEST_DB :].sum() >= self._loud_frames)

    def gain(self) -> Gain:
        """Return the gain that the measured recording needs."""
        factor = 1 / self.peak if self.peak > 1 else 1.0
        loud = self._loud_level() + 20 * np.log10(factor)
        if _LOWEST_DB < loud < QUIET_DB and self._loud_level() - self._quiet_level() >= _SPREAD_DB:
            raised = factor * 10 ** (min(RAISED_DB - loud, MOST_DB) / 20)
            gain = Gain(float(raised))
            return Gain(gain.factor, f"The recording is very quiet. It was raised by {gain.decibels:.1f} dB.")
        if factor < 1:
            gain = Gain(float(factor))
            note = f"Samples exceed full scale. The recording was lowered by {-gain.decibels:.1f} dB, and not clipped."
            return Gain(gain.factor, note)
        return Gain()

    def _loud_level(self) -> float:
        """Return the level that enough frames reach, in decibels."""
        from_the_top = np.cumsum(self._histogram[::-1])
        return float(_HIGHEST_DB - np.searchsorted(from_the_top, self._loud_frames))

    def _quiet_level(self) -> float:
        """Return the level below which a fifth of the frames are, in decibels."""
        from_the_bottom = np.cumsum(self._histogram)
        return float(_LOWEST_DB + np.searchsorted(from_the_bottom, max(1, from_the_bottom[-1] // 5)))
