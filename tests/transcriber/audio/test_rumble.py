"""A constant offset and rumble do not hide where people speak, and other audio is not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.audio import segmentation
from transcriber.audio.audio_stream import Samples
from transcriber.audio.rumble import Frames, RumbleFilter
from transcriber.audio.segmentation import Segment, Segmenter
from transcriber.engines.libdeepspeech import LibDeepSpeech

Sound = npt.NDArray[np.float64]
FRAME = RATE * 30 // 1000


def low_noise(length: int, seed: int, lowest: float = 0, highest: float = 50) -> Sound:
    """Return noise between two frequencies, whose root mean square is 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, length))
    frequencies = np.fft.rfftfreq(length, 1 / RATE)
    spectrum[(frequencies < lowest) | (frequencies >= highest)] = 0
    noise = np.fft.irfft(spectrum, length)
    return noise / noise.std()  # type: ignore[no-any-return]


def tone(length: int, frequency: float) -> Sound:
    return np.sin(2 * np.pi * frequency * np.arange(length) / RATE)  # type: ignore[no-any-return]


#: Sounds of any length that contain nothing to hear, in the scale of 16 bits.
DISTURBANCES: dict[str, Callable[[int], Sound]] = {
    "a small offset": lambda length: np.full(length, 1000.0),
    "an offset": lambda length: np.full(length, 12_000.0),
    "a negative offset": lambda length: np.full(length, -12_000.0),
    "mains hum of 50 Hz": lambda length: 6000 * tone(length, 50),
    "mains hum of 60 Hz": lambda length: 4000 * tone(length, 60),
    "rumble": lambda length: 5000 * low_noise(length, 1),
    "rumble from 20 to 50 Hz": lambda length: 5000 * low_noise(length, 1, 20),
    "a swaying offset": lambda length: 9000 * tone(length, 0.3),
    "an offset and rumble": lambda length: 8000 + 4000 * low_noise(length, 2),
}


@pytest.fixture(scope="module")
def speech(clips: list[Clip]) -> Sound:
    """The clips twice at half their level, with pauses: long enough to be cut."""
    parts = [part for clip in clips * 2 for part in (clip.samples // 2, silence(0.75))]
    return np.concatenate([part.astype(float) for part in parts])


def to_samples(sound: Sound) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def cut(samples: Samples, parts: int = 7) -> tuple[list[Segment], float]:
    segmenter = Segmenter(RATE)
    return list(segmenter.segments(0, np.array_split(samples, parts))), segmenter.skipped_seconds


def ends(samples: Samples) -> list[float]:
    return [segment.end for segment in cut(samples)[0]]


def frames_of(samples: Samples) -> Frames:
    return samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_speech_under_an_inaudible_disturbance_is_cut_in_its_pauses(clips: list[Clip], name: str) -> None:
    position, pauses, parts = 0.0, [], []
    for clip in clips * 2:
        position += len(clip.samples) / RATE
        parts += [clip.samples / 2, np.zeros(RATE * 3 // 4)]
        pauses.append(position + 0.375)
        position += 0.75
    sound = np.concatenate(parts)
    *cuts, _ = ends(to_samples(sound + DISTURBANCES[name](len(sound))))
    assert len(cuts) >= 3
    for end in cuts:
        assert min(abs(pause - end) for pause in pauses) < 0.375


@pytest.mark.parametrize("name", DISTURBANCES)
def test_speech_between_long_silences_is_kept_and_the_silences_are_skipped(clips: list[Clip], name: str) -> None:
    spoken = clips[0].samples / 2
    sound = np.concatenate([np.zeros(60 * RATE), spoken, np.zeros(60 * RATE)])
    segments, skipped = cut(to_samples(sound + DISTURBANCES[name](len(sound))))
    assert skipped > 90
    for start in np.arange(60, 60 + len(spoken) / RATE, 0.1):
        assert any(segment.start <= start < segment.end for segment in segments)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_silence_under_an_inaudible_disturbance_is_skipped(name: str) -> None:
    segments, skipped = cut(to_samples(DISTURBANCES[name](60 * RATE)))
    assert skipped >= 45
    assert len(segments) <= 1  # the beginning of a hum is a sound


@pytest.mark.parametrize("name", DISTURBANCES)
def test_the_quietest_frame_is_found_under_a_disturbance(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Without any silence, or without a detection of voices, the cut is at the quietest frame."""
    monkeypatch.setattr(segmentation, "_VAD_RATES", ())
    sound = np.random.default_rng(3).normal(0, 800, 20 * RATE)
    sound[10 * RATE : 10 * RATE + 2 * FRAME] = 0
    assert ends(to_samples(sound + DISTURBANCES[name](len(sound))))[0] == pytest.approx(10.03, abs=0.1)


@pytest.mark.parametrize("name", ["an offset", "rumble from 20 to 50 Hz", "a swaying offset"])
def test_the_words_under_an_inaudible_disturbance_are_recognised(
    tmp_path: Path, speech: Sound, clips: list[Clip], engine: LibDeepSpeech, name: str
) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(to_samples(speech + DISTURBANCES[name](len(speech)))))
    assert transcribe_file(path, engine).text == " ".join(clip.text for clip in clips * 2)


def test_the_model_hears_a_disturbed_recording_as_it_is(speech: Sound) -> None:
    disturbed = to_samples(speech + DISTURBANCES["an offset and rumble"](len(speech)))
    for segment in cut(disturbed)[0]:
        start = round(segment.start * RATE)
        assert np.array_equal(segment.samples, disturbed[start : start + len(segment.samples)])


@pytest.mark.parametrize("gain", [0.1, 1.0])
@pytest.mark.parametrize("noise", [0, 300])
def test_ordinary_audio_is_not_changed_by_a_bit(clips: list[Clip], gain: float, noise: int) -> None:
    rng = np.random.default_rng(1)
    sound = np.concatenate([part for clip in clips for part in (gain * clip.samples, np.zeros(RATE))])
    frames = frames_of(to_samples(sound + rng.normal(0, noise, len(sound))))
    assert RumbleFilter(RATE, FRAME).clear(frames) is frames


@pytest.mark.parametrize("name", ["silence", "silence with a small offset", "no audio", "one breath"])
def test_quiet_sounds_are_not_changed_by_a_bit(name: str) -> None:
    samples = {
        "silence": silence(1),
        "silence with a small offset": silence(1) + np.int16(90),
        "no audio": silence(0),
        "one breath": np.concatenate([silence(1), to_samples(3000 * low_noise(RATE // 5, 1)), silence(1)]),
    }[name]
    frames = frames_of(samples)
    assert RumbleFilter(RATE, FRAME).clear(frames) is frames


@pytest.mark.parametrize("rate", [8000, 16000, 32000, 48000])
@pytest.mark.parametrize(
    ("frequency", "least", "most"),
    [(0, 0, 1e-4), (20, 0, 1e-3), (50, 0, 2e-3), (60, 0, 1e-2), (120, 0.95, 1.01), (300, 0.99, 1.01)],
)
def test_low_frequencies_are_removed_and_higher_ones_kept(
    rate: int, frequency: float, least: float, most: float
) -> None:
    seconds = np.arange(5 * rate) / rate
    tone = 2000 * np.sin(2 * np.pi * frequency * seconds + 1)
    frames = (tone + 15_000).astype(np.int16).reshape(-1, rate // 50)
    cleared = RumbleFilter(rate, rate // 50).clear(frames).ravel()[rate:].astype(float)
    kept = np.sqrt(np.square(cleared).mean() / np.square(tone).mean())
    assert least <= kept <= most + 5e-4  # the steps of 16 bits


@pytest.mark.parametrize("seed", range(5))
def test_the_division_into_blocks_does_not_matter(speech: Sound, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = frames_of(to_samples(speech + DISTURBANCES["an offset and rumble"](len(speech))))
    whole = RumbleFilter(RATE, FRAME).clear(frames)
    rumble_filter = RumbleFilter(RATE, FRAME)
    borders = np.sort(rng.integers(0, len(frames), 20))
    parts = [rumble_filter.clear(part) for part in np.split(frames, borders)]
    assert np.abs(np.concatenate(parts).astype(int) - whole).max() <= 1


@pytest.mark.parametrize("rate", [1, 100, 999])
def test_audio_at_a_rate_that_holds_no_speech_is_not_changed(rate: int) -> None:
    frames = np.full((100, max(1, rate * 30 // 1000)), 10_000, np.int16)
    assert RumbleFilter(rate, frames.shape[1]).clear(frames) is frames
