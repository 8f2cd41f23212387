"""Every format reaches the model as the same audio, at the same times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from tests.support.transcriber.encoded_files import ALL, LOSSLESS, encode
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, wav
from transcriber.audio import audio_stream
from transcriber.audio.audio_stream import Samples
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcription.contract.audio_endings import ENDINGS

#: How far a time may be wrong, in seconds. These formats do not say how much silence their encoder put first.
TOLERANCE = {"aac": 0.08, "wma": 0.05, "amr": 0.02}
USUAL_TOLERANCE = 0.012


def write(path: Path, form: str, samples: Samples, rate: int = RATE) -> Path:
    """Write a file of some format whose name says WAV."""
    path.write_bytes(encode(form, samples, rate))
    return path


def at_rate(samples: Samples, rate: int, channels: int) -> Samples:
    """Return 16 kHz mono samples at another rate, in all channels."""
    resampled = samples if rate == RATE else soxr.resample(samples, RATE, rate)
    return np.repeat(resampled[:, None], channels, axis=1)


def decoded(path: Path) -> Samples:
    return np.concatenate(list(audio_stream.decode(path, RATE)))


@pytest.mark.parametrize("rate_and_channels", [(16000, 1), (16000, 2), (44100, 1), (44100, 2)])
@pytest.mark.parametrize("form", ALL)
def test_every_format_gives_the_words_of_the_original(
    tmp_path: Path, clip: Clip, engine: LibDeepSpeech, form: str, rate_and_channels: tuple[int, int]
) -> None:
    rate, channels = rate_and_channels
    if form in ("opus", "webm") and rate == 44100:
        rate = 48000  # Opus has few rates
    if form == "amr":
        rate, channels = RATE, 1
    path = write(tmp_path / "x.wav", form, at_rate(clip.samples, rate, channels), rate)
    audio = audio_stream.describe(path)
    assert audio.channels == channels
    assert audio.seconds == pytest.approx(len(clip.samples) / RATE, abs=0.25)
    transcript = transcribe_file(path, engine)
    assert transcript.text == clip.text
    assert transcript.audio.seconds == pytest.approx(len(clip.samples) / RATE, abs=0.15)


@pytest.mark.parametrize("form", LOSSLESS)
def test_lossless_formats_arrive_bit_for_bit(tmp_path: Path, clip: Clip, form: str) -> None:
    assert np.array_equal(decoded(write(tmp_path / "x.wav", form, clip.samples)), clip.samples)


@pytest.mark.parametrize("rate", [16000, 48000])
@pytest.mark.parametrize("form", ALL)
def test_times_stay_right(tmp_path: Path, form: str, rate: int) -> None:
    """Encoders put silence in front: half of a word's length at 16 kHz, if nobody removes it."""
    starts = (1.0, 4.0, 7.5)
    seconds = np.arange(8 * rate) / rate
    tone = 12000 * np.sin(2 * np.pi * 440 * seconds)
    beeps = np.where(np.any([(seconds >= start) & (seconds < start + 0.3) for start in starts], axis=0), tone, 0)
    samples = decoded(write(tmp_path / "x.wav", form, beeps.astype(np.int16), rate))
    is_loud = np.abs(samples) > 3000
    onsets = [index / RATE for index in np.flatnonzero(is_loud) if not is_loud[max(0, index - RATE // 5) : index].any()]
    assert onsets == pytest.approx(starts, abs=TOLERANCE.get(form, USUAL_TOLERANCE))


@pytest.mark.parametrize("form", ALL)
def test_a_long_file_is_decoded_in_small_blocks(tmp_path: Path, form: str) -> None:
    noise = np.random.default_rng(1).integers(-2000, 2000, 90 * RATE).astype(np.int16)
    blocks = [len(block) for block in audio_stream.decode(write(tmp_path / "x.wav", form, noise), RATE)]
    assert max(blocks) <= 18 * RATE
    assert sum(blocks) == pytest.approx(len(noise), abs=0.15 * RATE)


def test_the_content_decides_and_not_the_name(tmp_path: Path, clip: Clip) -> None:
    for form in ("flac", "m4a"):
        for ending in ENDINGS:
            path = tmp_path / f"x.{ending}"
            path.write_bytes(encode(form, clip.samples, RATE))
            assert audio_stream.describe(path).encoding == {"flac": "PCM_16", "m4a": "AAC"}[form]
    path.write_bytes(wav(clip.samples))
    assert np.array_equal(decoded(path), clip.samples)


@pytest.mark.parametrize("form", ["flac", "mp3", "aac"])
def test_tags_in_front_of_the_audio_are_skipped(tmp_path: Path, clip: Clip, form: str) -> None:
    path = tmp_path / "x"
    size = 5000
    tag = b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
    path.write_bytes(tag + encode(form, clip.samples, RATE))
    assert len(decoded(path)) == pytest.approx(len(clip.samples), abs=0.15 * RATE)
