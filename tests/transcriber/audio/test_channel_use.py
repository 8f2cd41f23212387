"""Channels with different speech are told from channels with the same, and no mixture loses speech."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.transcriber.channel_recordings import Audio, call, noise, speech, timecode, tone
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio.channel_use import MOST_CHANNELS, ChannelMeter, ChannelUse, choose_use


def use(frames: Audio, option: str = "auto", rate: int = RATE) -> ChannelUse:
    """Choose the use of channels, with the audio in blocks of an odd length."""
    blocks = (frames[first : first + 4321] for first in range(0, len(frames), 4321))
    return choose_use(blocks, frames.shape[1], rate, option)


@pytest.fixture(scope="module")
def talk(clips: list[Clip]) -> Audio:
    """All clips, one after another, with pauses."""
    return np.concatenate([np.concatenate([speech(clip), np.zeros(RATE, np.float32)]) for clip in clips])


def columns(*channels: Audio) -> Audio:
    return np.stack(channels, axis=1) + noise(len(channels[0]), len(channels))


@pytest.mark.parametrize("seed", range(5))
def test_the_sides_of_a_call_are_separate(clips: list[Clip], seed: int) -> None:
    frames, _ = call(clips, 60, seed=seed)
    chosen = use(frames)
    assert chosen.name == "separate"
    assert chosen.channels == (0, 1)
    assert np.array_equal(chosen.weights, np.eye(2))


@pytest.mark.parametrize("quieter", [0.3, 0.1, 0.03])
def test_one_side_of_a_call_may_be_much_quieter(clips: list[Clip], quieter: float) -> None:
    frames, _ = call(clips, 60)
    assert use(frames * np.array([1, quieter], np.float32)).name == "separate"


@pytest.mark.parametrize("decibels", [-20, -30])
def test_each_side_of_a_call_may_be_heard_in_the_other(clips: list[Clip], decibels: float) -> None:
    frames, _ = call(clips, 60)
    echo = frames + frames[:, ::-1] * np.float32(10 ** (decibels / 20))
    assert use(echo).name == "separate"


def test_a_few_words_of_the_second_speaker_are_enough(clips: list[Clip], talk: Audio) -> None:
    answer = np.zeros_like(talk)
    answer[: RATE * 2] = speech(clips[0])[: RATE * 2]
    later = np.concatenate([np.zeros_like(answer[: RATE * 2]), talk])
    assert use(columns(later, np.concatenate([answer, np.zeros(RATE * 2, np.float32)]))).name == "separate"


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize(("first", "second"), [(0, 1), (2, 7), (4, 5)])
def test_two_people_who_never_let_each_other_finish_are_separate(
    clips: list[Clip], first: int, second: int, rate: int
) -> None:
    one, other = speech(clips[first]), speech(clips[second])
    together = min(len(one), len(other))
    assert use(soxr.resample(columns(one[:together], other[:together]), RATE, rate), rate=rate).name == "separate"


@pytest.mark.parametrize("decibels", [-22, -25, -30])
def test_a_call_in_a_noisy_place_is_separate(clips: list[Clip], decibels: float) -> None:
    frames, _ = call(clips, 30)
    assert use(frames + noise(len(frames), 2, level=10 ** (decibels / 20))).name == "separate"


@pytest.mark.parametrize("direct", [1.0, 0.3, 0.15])
@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_two_microphones_in_a_room_that_echoes_are_mixed(clips: list[Clip], seconds: float, direct: float) -> None:
    """`direct` is the loudness of the direct sound, as a share of that of the echo."""
    chance = np.random.default_rng(1)
    decay = 10 ** (-3 * np.arange(int(seconds * RATE)) / (seconds * RATE))
    channels = []
    for delay in (16, 96):
        echo = chance.standard_normal(len(decay)) * decay
        echo /= np.sqrt(np.square(echo).sum())
        echo[delay] += direct
        channels.append(np.convolve(speech(clips[0]), echo).astype(np.float32))
    assert use(columns(*channels)).name == "mean"


@pytest.mark.parametrize("decibels", [-3, -6, -10, -13])
def test_two_people_with_a_microphone_each_in_one_room_are_mixed(clips: list[Clip], decibels: float) -> None:
    frames, _ = call(clips, 30)
    delayed = np.concatenate([np.zeros((40, 2), np.float32), frames[:-40, ::-1]])
    assert use(frames + delayed * np.float32(10 ** (decibels / 20))).name == "mean"


@pytest.mark.parametrize("gain", [1.0, 0.7, 0.3])
@pytest.mark.parametrize("delay", [0, 5, 12])
def test_a_stereo_recording_of_one_room_is_the_mean_as_ever(talk: Audio, gain: float, delay: int) -> None:
    chosen = use(columns(talk, np.roll(talk, delay) * np.float32(gain)))
    assert chosen.is_mean
    assert np.array_equal(chosen.weights, [[0.5, 0.5]])


def test_a_conversation_in_a_room_is_mixed(clips: list[Clip]) -> None:
    """Each of two people is nearer to one of two microphones."""
    frames, _ = call(clips, 60)
    room = frames + frames[:, ::-1] * np.float32(10 ** (-8 / 20))
    assert use(room).is_mean


def test_a_channel_of_silence_is_no_second_speaker(talk: Audio) -> None:
    assert use(np.stack([talk, np.zeros_like(talk)], axis=1)).name == "mean"


@pytest.mark.parametrize("gain", [1.0, 0.8])
def test_inverted_channels_are_aligned(talk: Audio, gain: float) -> None:
    frames = columns(talk, -talk * np.float32(gain))
    chosen = use(frames)
    assert chosen.name == "aligned"
    mixed = frames @ chosen.weights[0]
    assert np.square(mixed).sum() > 0.7 * np.square(talk).sum()


def test_one_inverted_channel_of_four_is_aligned(talk: Audio) -> None:
    frames = columns(talk, talk, -talk, -talk)
    mixed = frames @ use(frames).weights[0]
    assert np.square(mixed).sum() > 0.9 * np.square(talk).sum()


@pytest.mark.parametrize("make", [tone, timecode])
@pytest.mark.parametrize("option", ["auto", "mix", "separate"])
def test_a_tone_or_a_timecode_does_not_drown_the_speech(talk: Audio, make: type, option: str) -> None:
    frames = columns(talk * np.float32(0.1), make(len(talk)))
    chosen = use(frames, option)
    assert np.array_equal(chosen.weights, [[1, 0]])
    assert chosen.name == ("separate" if option == "separate" else "without tone")


@pytest.mark.parametrize("make", [tone, timecode])
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_tone_that_starts_late_or_ends_early_does_not_drown_the_speech(talk: Audio, make: type, share: float) -> None:
    sound = make(len(talk))
    sound[int(share * len(talk)) :] = 0
    for other in (sound, sound[::-1]):
        assert np.array_equal(use(columns(talk * np.float32(0.1), other)).weights, [[1, 0]])


@pytest.mark.parametrize("seconds", [1.5, 4.0])
def test_a_few_words_in_a_noisy_channel_are_not_taken_for_a_tone(talk: Audio, seconds: float) -> None:
    long = np.tile(talk, 20)
    words = noise(len(long), level=10 ** (-50 / 20))[:, 0]
    words[: int(seconds * RATE)] += talk[: int(seconds * RATE)]
    assert use(columns(np.roll(long, RATE * 3), words), "mix").is_mean


@pytest.mark.parametrize("offset", [0.1, 0.5])
def test_a_constant_offset_hides_neither_speech_nor_cancellation(clips: list[Clip], talk: Audio, offset: float) -> None:
    frames, _ = call(clips, 60)
    assert use(frames * np.float32(0.5) + np.array([0, offset], np.float32)).channels == (0, 1)
    assert use(columns(talk, -talk) * np.float32(0.5) + np.float32(offset)).name == "aligned"


def test_a_recording_of_tones_only_is_not_empty() -> None:
    frames = np.stack([tone(RATE * 5), tone(RATE * 5, 400)], axis=1)
    assert np.array_equal(use(frames).weights, [[0.5, 0.5]])


def test_silence_is_the_mean() -> None:
    assert use(np.zeros((RATE, 2), np.float32)).name == "mean"


def test_a_recording_shorter_than_a_window_is_the_mean() -> None:
    assert use(noise(10, 2)).name == "mean"


@pytest.mark.parametrize(("option", "name"), [("mix", "mean"), ("separate", "separate"), ("auto", "separate")])
def test_the_option_decides(clips: list[Clip], option: str, name: str) -> None:
    frames, _ = call(clips, 30)
    assert use(frames, option).name == name


def test_the_sample_rate_changes_nothing(clips: list[Clip]) -> None:
    frames, _ = call(clips, 60)
    assert use(frames[::2], rate=RATE // 2).name == "separate"


def test_a_file_with_one_channel_is_not_measured() -> None:
    def fail() -> Audio:
        raise AssertionError("read")

    assert choose_use((fail() for _ in range(1)), 1, RATE, "auto").name == "mono"


@pytest.mark.parametrize("option", ["auto", "mix", "separate"])
def test_more_channels_than_the_limit_are_averaged(option: str) -> None:
    assert use(noise(RATE, MOST_CHANNELS), option).note == ""
    chosen = use(noise(RATE, MOST_CHANNELS + 1), option)
    assert chosen.is_mean
    assert "there are 33" in chosen.note


def test_the_memory_of_the_measurement_does_not_grow(clips: list[Clip]) -> None:
    frames, _ = call(clips, 10)
    meter = ChannelMeter(2, RATE)

    def size() -> int:
        return sum(value.nbytes for value in vars(meter).values() if isinstance(value, np.ndarray))

    meter.add(frames)
    once = size()
    for _ in range(20):
        meter.add(frames)
    assert size() <= once + RATE  # less than a window is kept
