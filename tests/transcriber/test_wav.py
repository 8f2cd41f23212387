"""A broken file must never give a transcript that looks right."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.transcriber.sounds import silence, wav, with_sizes
from transcriber import audio
from transcription.contract import errors

TONE = (3000 * np.sin(np.arange(16000) / 8)).astype(np.int16)
GOOD = wav(TONE)
HEADER = GOOD[: GOOD.index(b"data") + 8]


def refused(tmp_path: Path, data: bytes) -> errors.InputError:
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(errors.InputError) as caught:
        audio.describe(path)
    return caught.value


def test_a_truncated_upload_is_not_transcribed_as_if_it_were_whole(tmp_path: Path) -> None:
    """Truncated audio used to give half a transcript, and the audio moved away as done."""
    error = refused(tmp_path, GOOD[:-1000])
    assert isinstance(error, errors.AudioTruncated)
    assert "32000 bytes" in error.message and "31000" in error.message


@pytest.mark.parametrize("length", [1 + 3, 11, 12, 30, len(HEADER) - 1, len(HEADER)])
def test_a_file_that_ends_in_its_header_is_truncated(tmp_path: Path, length: int) -> None:
    assert isinstance(refused(tmp_path, GOOD[:length]), errors.AudioTruncated)


def test_a_truncated_file_over_4_gb_is_noticed(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    assert data.startswith(b"RF64")
    assert isinstance(refused(tmp_path, data[:-1000]), errors.AudioTruncated)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path, b""), errors.AudioEmpty)


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"ID3\x04" + bytes(5000), "MP3"),
        (b"\xff\xfb\x90\x44" + bytes(5000), "MP3"),
        (b"OggS" + bytes(5000), "Ogg"),
        (b"fLaC" + bytes(5000), "FLAC"),
        (b"\0\0\0\x20ftypM4A " + bytes(5000), "M4A"),
        (b"RIFF\x10\0\0\0AVI LIST", "without WAVE"),
        (b"hello, this is no audio\n" * 100, "text"),
        (("für Ärzte " * 200).encode(), "text"),
        (bytes(5000), "nothing known"),
    ],
)
def test_a_file_of_another_kind_called_wav_is_named_for_what_it_is(
    tmp_path: Path, data: bytes, looks_like: str
) -> None:
    """Anything called `.wav` used to be given to the decoder, which takes an MP3 without a word."""
    error = refused(tmp_path, data)
    assert isinstance(error, errors.AudioNotWav)
    assert looks_like in error.message


@pytest.mark.parametrize("riff", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFF0000, 0x7FFFF000, 0x80000000])
def test_audio_written_to_a_pipe_keeps_all_its_seconds(tmp_path: Path, riff: int, size: int) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(with_sizes(GOOD, riff, size))
    assert audio.describe(path).seconds == 1.0
    assert np.array_equal(np.concatenate(list(audio.decode(path, 16000))), TONE)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_header_without_audio_is_not_heard_as_a_letter(tmp_path: Path, size: int) -> None:
    assert isinstance(refused(tmp_path, with_sizes(HEADER, len(HEADER) - 8, size)), errors.AudioNoSamples)


def test_what_follows_empty_audio_is_not_taken_for_audio(tmp_path: Path) -> None:
    tags = b"LIST" + (18).to_bytes(4, "little") + b"INFOISFT" + (6).to_bytes(4, "little") + b"maker\0"
    data = with_sizes(HEADER + tags, len(HEADER) + len(tags) - 8, 0)
    assert isinstance(refused(tmp_path, data), errors.AudioNoSamples)


def test_a_header_that_names_an_impossible_rate_does_not_fill_the_memory(tmp_path: Path) -> None:
    rate_at = 24
    error = refused(tmp_path, GOOD[:rate_at] + (1).to_bytes(4, "little") + GOOD[rate_at + 4 :])
    assert isinstance(error, errors.AudioCorrupt)


def test_an_unknown_encoding_is_corrupt_and_says_why(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD[:20] + b"\x99\x99" + GOOD[22:])
    assert isinstance(error, errors.AudioCorrupt)
    assert re.search("fmt|format", error.message)


def test_a_wav_without_a_data_chunk_ends_in_an_answer(tmp_path: Path) -> None:
    nonsense = b"RIFF" + (10**6 + 4).to_bytes(4, "little") + b"WAVE" + bytes(10**6)
    assert isinstance(refused(tmp_path, nonsense), errors.AudioCorrupt)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_not_transcribed(tmp_path: Path, value: float) -> None:
    path = tmp_path / "x.wav"
    samples = silence(1).astype(np.float32)
    samples[8000] = value
    path.write_bytes(wav(samples, subtype="FLOAT"))
    with pytest.raises(errors.AudioNotFinite):
        list(audio.decode(path, 16000))
