"""The use of a recording's channels: mixed to one, or each transcribed by itself.

A telephone system records each side of a call in a channel of its own. A stereo microphone records the same speech in
both. This module tells them apart by measuring, and chooses weights for the mixture in which no speech is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from transcriber.audio.channel_likeness import LikenessMeter
from transcription.contract.options import MIX, SEPARATE

#: Blocks of audio, shape (frames, channels), in which full scale is 1.
Block = npt.NDArray[np.float32]

_STEREO = 2
#: More channels are always averaged. A recording of a conference has one for each speaker.
MOST_CHANNELS = 32

#: The length of the windows in which the level is measured, in seconds: about a syllable.
_WINDOW = 0.1
#: Each window has so many parts. The mean of a part does not count, so that a constant offset and rumble do not.
_PARTS = 10
#: Levels in dB below full scale, from -120 to 0, each a row of the histograms.
_QUIETEST = -120
#: A channel that is louder than all others by this much, in dB, carries the speech of a window alone. In a room, two
#: microphones differ by less; the sides of a call by more, because each is silent while the other speaks.
_ALONE_DB = 15
#: Windows more than this far below the loudest windows of the file, in dB, contain no speech.
_SPEECH_RANGE_DB = 40
#: The least share of the windows with speech that a channel carries alone, if its speech differs from the others'.
_LEAST_SHARE = 0.02
#: The least time that a channel carries alone, in seconds.
_LEAST_SECONDS = 0.5
#: Where both people of a call speak at the same time, or in a noisy place, no channel is louder by `_ALONE_DB`. In such
#: a call, each channel is within so many dB of the loudest windows for at least so many seconds.
_TALK_RANGE_DB, _TALK_SECONDS = 25, 1.0
#: The levels of two people's channels have a correlation below this: about 0. Two microphones that hear the same people
#: have 0.97.
_LEAST_CORRELATION = 0.6
#: A channel has a tone or a timecode if this share of its loud windows differs from their median by at most so many dB,
#: and if hardly any window is louder. Speech varies by 20 dB and more.
_STEADY_SHARE, _STEADY_DB = 0.8, 3
#: A tone or a timecode takes at least this time, in seconds.
_STEADY_SECONDS = 1.0
#: If the mean of the channels has less than this share of the power that unrelated channels would have in it, they
#: cancel each other out.
_CANCELLED = 0.5


@dataclass(frozen=True)
class ChannelUse:
    """How the channels of a recording become the streams that are transcribed."""

    #: `mono`, `mean`, `aligned`, `without tone` or `separate`.
    name: str
    #: The share of each channel in each stream, shape (streams, channels).
    weights: npt.NDArray[np.float32]
    #: For each stream the channel that it consists of, from 0; empty if the streams are mixtures.
    channels: tuple[int, ...] = ()
    #: What people should know about the choice: a whole sentence, or nothing.
    note: str = ""

    @property
    def is_separate(self) -> bool:
        """Whether each stream is one channel."""
        return bool(self.channels)

    @property
    def is_mean(self) -> bool:
        """Whether the only stream is the mean of all channels."""
        return self.name in ("mono", "mean")

    def streams(self, block: Block) -> list[npt.NDArray[np.float32]]:
        """Return the samples of each stream in a block of audio, shape (samples,)."""
        if self.is_mean:
            return [block.mean(axis=1)]
        if self.is_separate:
            return [block[:, channel] for channel in self.channels]
        return [np.einsum("ij,j->i", block, weights) for weights in self.weights]


class ChannelMeter:
    """A measurement of levels and similarity of the channels of one recording. Its memory does not grow with the audio.

    Args:
        channels: the number of channels.
        rate: the sample rate, in hertz.
    """

    def __init__(self, channels: int, rate: int) -> None:
        self._part = max(1, int(rate * _WINDOW / _PARTS))
        self._rest: Block = np.empty((0, channels), np.float32)
        #: The sum of the products of each pair of channels.
        self._products = np.zeros((channels, channels))
        #: Number of windows by the level of the channel, shape (channels, levels).
        self._levels = np.zeros((channels, -_QUIETEST + 1), np.int64)
        #: Number of windows that the channel carries alone, by its level.
        self._alone = np.zeros_like(self._levels)
        #: Number of windows by the level of the loudest channel.
        self._loudest = np.zeros(-_QUIETEST + 1, np.int64)
        #: With two channels: the number of windows by the levels of both, and the likeness of their sound.
        self._pairs = np.zeros((-_QUIETEST + 1, -_QUIETEST + 1), np.int64)
        self._likeness = LikenessMeter(rate) if channels == _STEREO else None

    def add(self, block: Block) -> None:
        """Measure the next block of audio."""
        if self._likeness is not None:
            self._likeness.add(block)
        audio = np.concatenate([self._rest, block])
        count = len(audio) // (self._part * _PARTS)
        used = count * self._part * _PARTS
        self._rest = audio[used:].copy()
        if count == 0:
            return
        parts = audio[:used].reshape(count, _PARTS, self._part, -1).astype(np.float64)
        parts -= parts.mean(axis=2, keepdims=True)
        frames = parts.reshape(used, -1)
        # Not `frames.T @ frames`: OpenBLAS waits for ever where it gets no memory for a buffer.
        self._products += np.einsum("ij,ik->jk", frames, frames)
        power = np.square(parts).mean(axis=(1, 2))
        decibels = 10 * np.log10(np.maximum(power, 10.0 ** (_QUIETEST / 10)))
        rows = np.clip(np.rint(decibels), _QUIETEST, 0).astype(np.int64) - _QUIETEST
        np.add.at(self._loudest, rows.max(axis=1), 1)
        if self._likeness is not None:
            np.add.at(self._pairs, (rows[:, 0], rows[:, 1]), 1)
        ranked = np.sort(decibels, axis=1)
        margin = ranked[:, -1] - ranked[:, -2] if decibels.shape[1] > 1 else np.full(count, np.inf)
        loudest = decibels.argmax(axis=1)
        for channel in range(rows.shape[1]):
            np.add.at(self._levels[channel], rows[:, channel], 1)
            alone = (loudest == channel) & (margin >= _ALONE_DB)
            np.add.at(self._alone[channel], rows[alone, channel], 1)

    def channels_with_own_speech(self) -> list[int]:
        """Return the channels that carry speech which no other channel carries."""
        speech = self._speech_from()
        windows = self._loudest[speech:].sum()
        least = max(_LEAST_SHARE * windows, _LEAST_SECONDS / _WINDOW)
        return [
            channel
            for channel, alone in enumerate(self._alone)
            if alone[speech:].sum() >= least and channel not in self.steady_channels()
        ]

    def has_two_voices(self) -> bool:
        """Return whether two channels carry different speech, even if neither is silent while the other speaks."""
        if self._likeness is None or self.steady_channels():
            return False
        loud = max(1, _percentile(self._loudest, 0.98) - _TALK_RANGE_DB)
        if self._levels[:, loud:].sum(axis=1).min() < _TALK_SECONDS / _WINDOW:
            return False
        return self._correlation_of_levels() < _LEAST_CORRELATION and not self._likeness.are_alike()

    def _correlation_of_levels(self) -> float:
        """Return the correlation of the levels of two channels in windows that may contain speech."""
        levels = np.indices(self._pairs.shape)
        counts = self._pairs * (levels.max(axis=0) >= self._speech_from())
        covariance = np.cov(levels.reshape(2, -1), fweights=counts.ravel())
        deviations = np.sqrt(np.diag(covariance))
        return float(covariance[0, 1] / deviations.prod()) if deviations.all() else 1.0

    def steady_channels(self) -> list[int]:
        """Return the channels whose level hardly varies while they are loud: a tone, a timecode or hum."""
        speech = self._speech_from()
        return [channel for channel, levels in enumerate(self._levels) if _is_steady(levels[speech:])]

    def mixture(self) -> ChannelUse:
        """Return weights for one stream in which the speech of no channel is lost."""
        count = len(self._levels)
        steady = self.steady_channels()
        used = [channel for channel in range(count) if channel not in steady] or list(range(count))
        weights = np.zeros(count, np.float32)
        weights[used] = 1 / len(used)
        name = "mean" if len(used) == count else "without tone"
        products = self._products[np.ix_(used, used)]
        unrelated = np.trace(products) / len(used) ** 2
        if products.sum() / len(used) ** 2 < _CANCELLED * unrelated:
            # The loudest channel keeps its sign; each other channel gets the sign with which it adds to that one.
            reference = int(np.diag(products).argmax())
            weights[used] *= np.where(products[reference] < 0, -1, 1)
            name = "aligned"
        return ChannelUse(name, weights[np.newaxis])

    def separate(self) -> ChannelUse:
        """Return weights for one stream for each channel. Channels with a tone are left out if others remain."""
        count = len(self._levels)
        steady = self.steady_channels()
        used = [channel for channel in range(count) if channel not in steady] or list(range(count))
        return ChannelUse(SEPARATE, np.eye(count, dtype=np.float32)[used], tuple(used))

    def _speech_from(self) -> int:
        """Return the lowest row of the histograms that may contain speech."""
        top = _percentile(self._loudest, 0.98)
        return max(1, top - _SPEECH_RANGE_DB)


def _is_steady(loud: npt.NDArray[np.int64]) -> bool:
    """Return whether the loud windows of a channel have about the same level.

    Args:
        loud: the number of windows by level, without those that are too quiet for speech.
    """
    windows = loud.sum()
    if windows < _STEADY_SECONDS / _WINDOW:
        return False
    median = _percentile(loud, 0.5)
    louder = loud[median + _STEADY_DB + 1 :].sum()
    near = loud[max(0, median - _STEADY_DB) :].sum() - louder
    return bool(near >= _STEADY_SHARE * windows and louder < _LEAST_SECONDS / _WINDOW)


def _percentile(histogram: npt.NDArray[np.int64], share: float) -> int:
    """Return the row of a histogram below which `share` of all its entries are."""
    return int(np.searchsorted(histogram.cumsum(), share * histogram.sum()))


def mean(channels: int) -> ChannelUse:
    """Return the use of channels whose mean is transcribed."""
    return ChannelUse("mono" if channels == 1 else "mean", np.full((1, channels), 1 / channels, np.float32))


def choose_use(blocks: Iterable[Block], channels: int, rate: int, option: str) -> ChannelUse:
    """Choose how the channels of a recording are used.

    Args:
        blocks: the audio of the recording. A recording with one channel, or more than `MOST_CHANNELS`, is not read.
        channels: the number of channels.
        rate: the sample rate, in hertz.
        option: a value of the option `channels`.
    """
    if channels > MOST_CHANNELS:
        note = f"The channels were averaged, because there are {channels}; at most {MOST_CHANNELS} are told apart."
        return replace(mean(channels), note=note)
    if channels == 1:
        return mean(channels)
    meter = ChannelMeter(channels, rate)
    for block in blocks:
        meter.add(block)
    if option == SEPARATE or (option != MIX and (len(meter.channels_with_own_speech()) > 1 or meter.has_two_voices())):
        return meter.separate()
    return meter.mixture()
