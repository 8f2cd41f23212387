"""Whatever a recorder writes into a WAV file must reach the model as the same clip.samples."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soxr

from tests.transcriber.sounds import RATE, Clip, wav
from transcriber import audio
from transcriber.audio import Samples
from transcriber.engine import DeepSpeechEngine
from transcriber.shard import transcribe

ENCODINGS = [
    *product(["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"], ["WAV", "WAVEX", "RF64"]),
    ("IMA_ADPCM", "WAV"),
    ("MS_ADPCM", "WAV"),
]


def decoded(path: Path) -> Samples:
    return np.concatenate(list(audio.decode(path, RATE)))


def text(path: Path, engine: DeepSpeechEngine) -> str:
    return transcribe(path, audio.describe(path), engine).text


def test_sixteen_bit_mono_at_the_models_rate_arrives_bit_for_bit(clip: Clip) -> None:
    assert np.array_equal(decoded(clip.path), clip.samples)


@pytest.mark.parametrize(("encoding", "kind"), ENCODINGS)
def test_every_encoding_gives_the_words_of_the_original(
    tmp_path: Path, clip: Clip, engine: DeepSpeechEngine, encoding: str, kind: str
) -> None:
    """8-bit and 24-bit audio used to be read as if it were 16-bit: noise."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(clip.samples, subtype=encoding, kind=kind))
    assert audio.describe(path).encoding == encoding
    assert text(path, engine) == clip.text


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000, 96000])
def test_every_rate_and_number_of_channels_gives_the_words_of_the_original(
    tmp_path: Path, clip: Clip, engine: DeepSpeechEngine, rate: int, channels: int
) -> None:
    """Stereo used to be read as one channel twice as long."""
    resampled = soxr.resample(clip.samples, RATE, rate)
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.repeat(resampled[:, None], channels, axis=1), rate))
    described = audio.describe(path)
    assert (described.sample_rate, described.channels) == (rate, channels)
    assert described.seconds == pytest.approx(len(clip.samples) / RATE, abs=0.001)
    assert text(path, engine) == clip.text


def test_telephone_audio_arrives_at_its_own_speed(tmp_path: Path, clip: Clip) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(soxr.resample(clip.samples, RATE, 8000), 8000))
    arrived = decoded(path)
    assert abs(len(arrived) - len(clip.samples)) <= 2
    low_band = soxr.resample(soxr.resample(clip.samples, RATE, 8000), 8000, RATE)
    length = min(len(arrived), len(low_band))
    assert np.corrcoef(arrived[:length], low_band[:length])[0, 1] > 0.999


def test_a_voice_in_one_channel_only_is_heard(tmp_path: Path, clip: Clip) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.stack([clip.samples, np.zeros_like(clip.samples)], axis=1)))
    assert np.abs(decoded(path).astype(int) - clip.samples // 2).max() <= 1


def test_audio_beyond_full_scale_is_clipped_and_not_wrapped_into_noise(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.array([2.0, -2.0, 1.0] * 100, np.float32), subtype="FLOAT"))
    assert set(decoded(path)) == {32767, -32768}


def test_a_long_recording_is_decoded_in_small_blocks(tmp_path: Path) -> None:
    """A whole file in memory used to end long recordings, and with them the machine."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.zeros((120 * 44100, 2), np.int16), 44100))
    blocks = [len(block) for block in audio.decode(path, RATE)]
    assert max(blocks) < 10 * RATE
    assert sum(blocks) == 120 * RATE
