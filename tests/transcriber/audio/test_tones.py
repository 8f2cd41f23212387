"""Tones of telephones and chords are not transcribed; speech beside them is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber.wav_files import RATE, Clip, silence
from transcriber.audio import tones
from transcriber.audio.audio_stream import Samples
from transcriber.audio.segmentation import Segment, Segmenter

Sound = npt.NDArray[np.float64]

#: For each sound its frequencies in hertz, and for how many seconds it is on and off.
SOUNDS = {
    "dial tone": ((350, 440), 1, 0),
    "ringing, North America": ((440, 480), 2, 4),
    "ringing, Europe": ((425,), 1, 4),
    "busy": ((480, 620), 0.5, 0.5),
    "fast busy": ((480, 620), 0.25, 0.25),
    "fax": ((1100,), 0.5, 3),
    "beep of an answering machine": ((1000,), 0.3, 9),
    "hold beep": ((440,), 0.5, 4.5),
    "chord": ((220, 277, 330, 440), 1, 0),
}


def tone(name: str, seconds: float, rate: int = RATE) -> Samples:
    """A sound of `SOUNDS`, with a noise 60 dB below full scale."""
    frequencies, on, off = SOUNDS[name]
    time = np.arange(int(seconds * rate)) / rate
    sound: Sound = sum((np.sin(2 * np.pi * frequency * time) for frequency in frequencies), np.zeros(len(time)))
    sound = np.where(time % (on + off) < on, 0.4 * sound / len(frequencies), 0)
    sound += np.random.default_rng(7).normal(0, 0.001, len(time))
    samples: Samples = np.rint(sound * 32767).astype(np.int16)
    return samples


def cut(samples: Samples, *, rate: int = RATE, sparse: bool = False) -> tuple[list[Segment], float]:
    segmenter = Segmenter(rate, sparse=sparse)
    return list(segmenter.segments(0, np.array_split(samples, 5))), segmenter.skipped_seconds


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("seconds", [3, 60])
@pytest.mark.parametrize("name", SOUNDS)
def test_a_recording_of_tones_has_no_segment(name: str, seconds: int, sparse: bool) -> None:
    segments, skipped = cut(tone(name, seconds), sparse=sparse)
    assert segments == []
    assert skipped == pytest.approx(seconds)


@pytest.mark.parametrize("rate", [8000, 48000])
def test_tones_are_found_at_each_sample_rate(rate: int) -> None:
    assert cut(tone("busy", 20, rate), rate=rate)[0] == []


@pytest.mark.parametrize("gain", [1.0, 0.3, 0.1])
@pytest.mark.parametrize("name", ["beep of an answering machine", "busy", "dial tone"])
def test_speech_after_a_tone_is_kept(clips: list[Clip], name: str, gain: float) -> None:
    beep = tone(name, 2)
    for clip in clips[:40]:
        speech = np.rint(clip.samples * gain).astype(np.int16)
        segments, skipped = cut(np.concatenate([beep, silence(0.5), speech, silence(0.5), beep]))
        assert len(segments) == 1
        assert skipped == 0


def test_speech_over_a_tone_is_kept(clips: list[Clip]) -> None:
    dial_tone = tone("dial tone", 30)
    for clip in clips[:40]:
        speech = (clip.samples * 0.5).astype(np.int16)
        segments, _ = cut(speech + dial_tone[: len(speech)] // 2)
        assert len(segments) == 1


def test_no_clip_of_speech_is_taken_for_tones(clips: list[Clip]) -> None:
    for clip in clips:
        segments, _ = cut(clip.samples)
        assert np.array_equal(segments[0].samples, clip.samples)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("seed", range(10))
def test_the_quick_estimate_misses_no_tone(seed: int, rate: int) -> None:
    """Sounds that come and go beside noise, among them sounds at the lowest and the highest frequencies."""
    rng = np.random.default_rng(seed)
    frame = rate * 30 // 1000
    times = np.arange(300 * frame) / rate
    frequencies = [*rng.uniform(60, rate / 2, 3), *rng.uniform(130, 160, 1), rate / 2]
    sounds = [rng.uniform(10, 6000) * np.sin(2 * np.pi * frequency * times + 1) for frequency in frequencies]
    heard = [sound * (np.sin(2 * np.pi * rng.uniform(0.2, 2) * times) > rng.uniform(-1, 1)) for sound in sounds]
    samples = np.sum(heard, axis=0) + rng.normal(0, rng.choice([1, 30, 100]), len(times))
    frames = np.clip(np.rint(samples), -32768, 32767).astype(np.int16).reshape(-1, frame)
    found = tones._are_tones(frames)
    assert 0 < found.sum() < len(found)
    assert tones._can_be_tones(frames)[found].all()


@pytest.mark.parametrize("rumble", [0, 50, 100])
def test_the_quick_estimate_misses_no_chord_over_rumble(rumble: int) -> None:
    times = np.arange(20 * 480) / 16000
    chord = sum(4000 * np.sin(2 * np.pi * frequency * times) for frequency in (200, 300, 500, 700))
    samples = chord + 5000 * np.sin(2 * np.pi * rumble * times) + 3000
    frames = np.rint(samples).astype(np.int16).reshape(-1, 480)
    assert tones._are_tones(frames).all()
    assert tones._can_be_tones(frames).all()


def test_a_sound_at_half_the_sample_rate_is_counted_once() -> None:
    """Half the power is noise, so this is no tone."""
    noise = np.random.default_rng(1).normal(0, 3000, 20 * 480)
    highest = 5000 * np.cos(np.pi * np.arange(len(noise)))
    assert not tones._are_tones(np.clip(noise + highest, -32768, 32767).astype(np.int16).reshape(-1, 480)).any()
