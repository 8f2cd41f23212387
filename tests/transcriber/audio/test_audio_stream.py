"""Every format that recorders write to WAV files reaches the model as the same samples."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip, silence, wav
from transcriber.audio import audio_stream
from transcriber.audio.audio_stream import Samples
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcription.contract.errors import AudioCorrupt, AudioNotFinite, InputError

ENCODINGS = [
    *product(["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"], ["WAV", "WAVEX", "RF64"]),
    ("IMA_ADPCM", "WAV"),
    ("MS_ADPCM", "WAV"),
]


def decoded(path: Path) -> Samples:
    return np.concatenate(list(audio_stream.decode(path, RATE)))


def decoding_error(tmp_path: Path, data: bytes) -> InputError:
    """The error with which decoding of a file ends."""
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        list(audio_stream.decode(path, 16000))
    return caught.value


def text(path: Path, engine: LibDeepSpeech) -> str:
    return transcribe_file(path, engine).text


def test_sixteen_bit_mono_at_the_models_rate_arrives_bit_for_bit(clip: Clip) -> None:
    assert np.array_equal(decoded(clip.path), clip.samples)


@pytest.mark.parametrize(("encoding", "kind"), ENCODINGS)
def test_every_encoding_gives_the_words_of_the_original(
    tmp_path: Path, clip: Clip, engine: LibDeepSpeech, encoding: str, kind: str
) -> None:
    """8-bit and 24-bit audio was once read as if it were 16-bit, which gives noise."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(clip.samples, subtype=encoding, kind=kind))
    assert audio_stream.describe(path).encoding == encoding
    assert text(path, engine) == clip.text


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000, 96000])
def test_every_rate_and_number_of_channels_gives_the_words_of_the_original(
    tmp_path: Path, clip: Clip, engine: LibDeepSpeech, rate: int, channels: int
) -> None:
    """Stereo was once read as one channel of twice the length."""
    resampled = soxr.resample(clip.samples, RATE, rate)
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.repeat(resampled[:, None], channels, axis=1), rate))
    described = audio_stream.describe(path)
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


@pytest.mark.parametrize("rate", [1000, 768_000])
def test_audio_at_the_ends_of_the_range_arrives_at_its_own_speed(tmp_path: Path, rate: int) -> None:
    tone, path = 200, tmp_path / "x.wav"
    path.write_bytes(wav((8000 * np.sin(2 * np.pi * tone * np.arange(20 * rate) / rate)).astype(np.int16), rate))
    arrived = decoded(path)
    assert len(arrived) == 20 * RATE
    spectrum = np.abs(np.fft.rfft(arrived))
    assert spectrum.argmax() / 20 == tone
    assert np.abs(arrived[RATE:-RATE]).max() == pytest.approx(8000, rel=0.01)


@pytest.mark.parametrize("encoding", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"])
@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_the_shortest_file_keeps_its_last_sample(tmp_path: Path, encoding: str, frames: int) -> None:
    """Some of these files have an odd number of bytes, which decoders treat in a special way."""
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.full(frames, 0.5), subtype=encoding))
    assert decoded(path) == pytest.approx(16384, abs=512)
    assert len(decoded(path)) == frames


@pytest.mark.parametrize("encoding", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_extremes_and_a_constant_arrive_as_they_are(tmp_path: Path, encoding: str) -> None:
    samples = np.array([-32768, 32767, -32768, 0, 1, -1, 32767] + [1234] * 100, np.int16)
    path = tmp_path / "x.wav"
    path.write_bytes(wav(samples, subtype=encoding))
    assert np.array_equal(decoded(path), samples)


@pytest.mark.parametrize("encoding", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_a_big_endian_file_arrives_bit_for_bit(tmp_path: Path, clip: Clip, encoding: str) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, clip.samples / np.float64(32768), RATE, encoding, "BIG")
    assert path.read_bytes().startswith(b"RIFX")
    assert np.array_equal(decoded(path), clip.samples)


def test_gsm_audio_is_decoded(tmp_path: Path, clip: Clip) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, clip.samples, RATE, "GSM610")
    arrived = decoded(path)[: len(clip.samples)]
    assert np.corrcoef(arrived, clip.samples[: len(arrived)])[0, 1] > 0.95


def test_a_voice_in_one_channel_only_is_kept(tmp_path: Path, clip: Clip) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.stack([clip.samples, np.zeros_like(clip.samples)], axis=1)))
    assert np.abs(decoded(path).astype(int) - clip.samples // 2).max() <= 1


def test_audio_beyond_full_scale_is_scaled_and_not_wrapped_into_noise(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.array([2.0, -2.0, 1.0] * 100, np.float32), subtype="FLOAT"))
    assert set(decoded(path)) == {32767, -32768, 16384}


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (1000, 1), (768_000, 1), (16000, 1024)])
def test_a_long_recording_is_decoded_in_small_blocks(tmp_path: Path, rate: int, channels: int) -> None:
    """Whole files in memory once crashed long recordings, and the machine with them."""
    path = tmp_path / "x.wav"
    seconds = 120 if channels < 3 else 4
    path.write_bytes(wav(np.zeros((seconds * rate, channels), np.int16), rate))
    blocks = [len(block) for block in audio_stream.decode(path, RATE)]
    assert max(blocks) <= 11 * RATE  # the resampler delays part of a block
    assert sum(blocks) == seconds * RATE


def test_samples_are_rounded_to_the_nearest_integer(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.array([0.9, -0.9, 0.1]) / 32768, subtype="FLOAT"))
    assert list(decoded(path)) == [1, -1, 0]


def test_a_file_that_is_truncated_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.zeros(60 * RATE, np.int16)))
    blocks = audio_stream.decode(path, RATE)
    next(blocks)
    os.truncate(path, 30 * RATE)
    with pytest.raises(AudioCorrupt, match="before the end"):
        list(blocks)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_samples_that_are_not_numbers_are_refused(tmp_path: Path, value: float, subtype: str) -> None:
    samples = silence(1).astype(np.float32)
    samples[8000] = value
    assert isinstance(decoding_error(tmp_path, wav(samples, subtype=subtype)), AudioNotFinite)


@pytest.mark.parametrize("rate", [16000, 44100])
@pytest.mark.parametrize("value", [257.0, 32767.0, -32768.0, 3e38])
def test_floating_point_in_the_scale_of_integers_is_refused(tmp_path: Path, value: float, rate: int) -> None:
    """Clipped to full scale, it would be noise."""
    samples = np.full((1000, 2), value, np.float32)
    error = decoding_error(tmp_path, wav(samples, rate, "FLOAT"))
    assert isinstance(error, AudioCorrupt)
    assert "times full scale" in error.message
