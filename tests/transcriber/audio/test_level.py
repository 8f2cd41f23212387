"""Audio that is far too quiet is raised, audio beyond full scale is lowered, and other audio is not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.audio import audio_stream
from transcriber.audio.audio_stream import Samples
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcriber.text.transcript import Transcript

Sound = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def speech(clips: list[Clip]) -> Sound:
    """The clips with pauses, 24 s, whose peak is at full scale."""
    samples = np.concatenate([part for clip in clips for part in (clip.samples, silence(0.5))]) / 32768
    return samples / np.abs(samples).max()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def words(clips: list[Clip]) -> str:
    return " ".join(clip.text for clip in clips)


def write(tmp_path: Path, samples: npt.NDArray[Any], subtype: str = "FLOAT", rate: int = RATE) -> Path:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(samples, rate, subtype))
    return path


def decoded(path: Path) -> Samples:
    return np.concatenate(list(audio_stream.decode(path, RATE)))


def amplitude(decibels: float) -> float:
    return 10 ** (decibels / 20)  # type: ignore[no-any-return]


@pytest.fixture
def recognise(tmp_path: Path, engine: LibDeepSpeech) -> Callable[..., Transcript]:
    """A function with the arguments of `write` except the first that returns the transcript of the file."""
    return lambda *arguments: transcribe_file(write(tmp_path, *arguments), engine)


@pytest.mark.parametrize("decibels", [-90, -80, -70, -65])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE", "PCM_32"])
def test_speech_far_below_full_scale_is_recognised(
    recognise: Callable[..., Transcript], speech: Sound, words: str, decibels: int, subtype: str
) -> None:
    transcript = recognise(speech * amplitude(decibels), subtype)
    assert transcript.text == words
    assert 20 < transcript.audio.gain_db < 90
    assert f"raised by {transcript.audio.gain_db:.1f} dB" in transcript.audio.notes[0]


@pytest.mark.parametrize("decibels", [-55, -60, -66])
def test_quiet_speech_of_16_bits_is_raised(tmp_path: Path, speech: Sound, decibels: int) -> None:
    """It has few steps, so it stays noisy."""
    path = write(tmp_path, speech * amplitude(decibels), "PCM_16")
    raised = decoded(path)
    assert audio_stream.measure_gain(path).decibels > 15
    assert np.corrcoef(raised, speech)[0, 1] > 0.9
    assert 3000 < np.abs(raised.astype(int)).max() <= 32768


@pytest.mark.parametrize("decibels", [1, 6, 12, 40])
@pytest.mark.parametrize("rate", [RATE, 44100])
def test_floating_point_beyond_full_scale_is_lowered_and_not_clipped(
    tmp_path: Path, speech: Sound, decibels: int, rate: int
) -> None:
    loud = soxr.resample(speech, RATE, rate) * amplitude(decibels)
    expected = decoded(write(tmp_path, loud / np.abs(loud).max(), rate=rate))
    path = write(tmp_path, loud, rate=rate)
    assert np.abs(decoded(path).astype(int) - expected).max() <= 1
    gain = audio_stream.measure_gain(path)
    assert gain.decibels == pytest.approx(-decibels, abs=0.5)
    assert "exceed full scale" in gain.note


def test_the_words_of_floating_point_beyond_full_scale_are_recognised(
    recognise: Callable[..., Transcript], speech: Sound, words: str
) -> None:
    assert recognise(speech * amplitude(12)).text == words


def test_a_peak_at_the_end_of_a_long_recording_counts(tmp_path: Path, speech: Sound) -> None:
    samples = np.concatenate([speech * 0.5, speech * 0.5, [4.0]])
    assert np.array_equal(decoded(write(tmp_path, samples)), decoded(write(tmp_path, samples / 4)))


@pytest.mark.parametrize(("click", "decibels"), [(0.9, -70), (200.0, -20)])
def test_a_click_neither_hides_that_a_recording_is_quiet_nor_makes_it_so(
    recognise: Callable[..., Transcript], speech: Sound, words: str, click: float, decibels: int
) -> None:
    samples = np.concatenate([silence(0.5) / 32768, speech * amplitude(decibels), silence(0.5) / 32768])
    samples[4000:4003] = click
    assert recognise(samples).text.endswith(words)  # the click itself may pass for a word


@pytest.mark.parametrize("decibels", [-6, -20, -30])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_speech_of_an_ordinary_level_is_not_changed_by_a_bit(
    tmp_path: Path, speech: Sound, decibels: int, subtype: str
) -> None:
    samples = np.rint(speech * amplitude(decibels) * 32767) / 32768
    path = write(tmp_path, samples, subtype)
    assert np.array_equal(decoded(path), (samples * 32768).astype(np.int16))
    assert audio_stream.measure_gain(path).factor == 1
    assert audio_stream.measure_gain(path).note == ""


def test_every_clip_keeps_its_bits_and_needs_no_gain(clips: list[Clip]) -> None:
    for clip in clips:
        assert audio_stream.measure_gain(clip.path).decibels == 0
        assert np.array_equal(decoded(clip.path), clip.samples)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "PCM_U8", "ULAW"])
def test_silence_and_noise_are_not_raised(tmp_path: Path, subtype: str) -> None:
    rng = np.random.default_rng(5)
    for samples in (np.zeros(RATE * 5), rng.normal(0, 1e-4, RATE * 20), rng.integers(-1, 2, RATE * 20) / 32768):
        assert audio_stream.measure_gain(write(tmp_path, samples, subtype)).factor == 1


@pytest.mark.parametrize("frames", [1, 2, 479, 480, 481, 5000])
def test_the_shortest_recordings_have_a_gain(tmp_path: Path, frames: int) -> None:
    path = write(tmp_path, np.full(frames, 0.25))
    assert audio_stream.measure_gain(path).factor == 1
    path = write(tmp_path, np.full(frames, 2.0))
    assert audio_stream.measure_gain(path).factor == 0.5


def test_a_constant_offset_does_not_hide_that_a_recording_is_quiet(tmp_path: Path, speech: Sound) -> None:
    path = write(tmp_path, speech * amplitude(-70) + 0.001)
    assert audio_stream.measure_gain(path).decibels > 20


def test_only_the_beginning_of_an_ordinary_recording_is_measured(
    tmp_path: Path, speech: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, np.tile(speech * 0.5, 40), "PCM_16")
    reads: list[int] = []
    original = audio_stream.LevelMeter.add
    monkeypatch.setattr(
        audio_stream.LevelMeter, "add", lambda self, block: (reads.append(len(block)), original(self, block))
    )
    audio_stream.measure_gain(path)
    assert sum(reads) <= 20 * RATE


@pytest.mark.parametrize("seed", range(20))
def test_the_gain_does_not_depend_on_how_audio_is_divided_into_blocks(seed: int, speech: Sound) -> None:
    rng = np.random.default_rng(seed)
    samples = (speech * amplitude(rng.uniform(-95, 12))).astype(np.float32)[: rng.integers(1, len(speech))]
    factors = set()
    for parts in (1, 2, 7, 100):
        meter = audio_stream.LevelMeter(RATE, len(samples))
        for block in np.array_split(samples, parts):
            meter.add(block)
        factors.add(meter.gain().factor)
    assert len(factors) == 1
