"""A format that is impossible, contradictory or not supported is refused, never decoded to noise."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.tone_files import FORMAT, GOOD, TONE, length_of_tone, refused, with_format
from tests.support.transcriber.wav_files import chunk, wav
from transcriber.audio import audio_stream
from transcription.contract.errors import AudioCorrupt


@pytest.mark.parametrize("rate", [0, 1, 999, 768_001, 2**31, 2**32 - 1])
def test_a_header_with_an_impossible_rate_does_not_fill_the_memory(tmp_path: Path, rate: int) -> None:
    error = refused(tmp_path, with_format(rate=rate))
    assert isinstance(error, AudioCorrupt)
    assert f"{rate} Hz" in error.message


@pytest.mark.parametrize(
    "fields",
    [
        {"channels": 0},
        {"channels": 0, "block": 0},
        {"channels": 2},
        {"channels": 65535, "block": 65534},
        {"channels": 2000, "block": 4000},
        {"block": 1},
        {"block": 4},
        {"bits": 17},
        {"bits": 24, "block": 4},
    ],
    ids=str,
)
def test_a_format_that_contradicts_itself_is_not_decoded_to_noise(tmp_path: Path, fields: dict[str, int]) -> None:
    assert isinstance(refused(tmp_path, with_format(**fields)), AudioCorrupt)


@pytest.mark.parametrize("encoding", [0, 0x40, 0x50, 0x55, 0x9999, 0xFFFE])
def test_an_encoding_whose_length_cannot_be_checked_is_refused_by_its_number(tmp_path: Path, encoding: int) -> None:
    """For example MP3 in a WAV file: if it is damaged, libsndfile skips what it cannot read."""
    error = refused(tmp_path, with_format(encoding=encoding))
    assert isinstance(error, AudioCorrupt)
    assert f"0x{encoding:04x}" in error.message


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *((0x45, "G.726"), (0x64, "G.726"), (0x140, "G.726"), (0x65, "G.722"), (0x20, "Yamaha"), (0x55, "MP3")),
        *(
            (0x50, "MPEG"),
            (0x161, "Windows Media"),
            (0xFF, "AAC"),
            (0x42, "G.723.1"),
            (0, "unknown"),
            (0x9999, "unknown"),
        ),
    ],
)
def test_an_encoding_that_is_not_supported_is_named(tmp_path: Path, encoding: int, name: str) -> None:
    assert name in refused(tmp_path, with_format(encoding=encoding)).message


@pytest.mark.parametrize("bits", [0, 8, 13, 14, 16])
def test_mu_law_has_8_bits_whatever_the_header_calls_them(tmp_path: Path, bits: int) -> None:
    data = wav(TONE, 8000, "ULAW")
    start = data.index(b"fmt ") + 8
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    expected = np.concatenate(list(audio_stream.decode(path, 8000)))
    path.write_bytes(data[: start + 14] + struct.pack("<H", bits) + data[start + 16 :])
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 8000))), expected)


@pytest.mark.parametrize("bits", range(9, 17))
def test_samples_of_fewer_bits_are_at_the_top_of_their_bytes(tmp_path: Path, bits: int) -> None:
    assert length_of_tone(tmp_path, with_format(bits=bits)) == 1.0


@pytest.mark.parametrize(("encoding", "bits"), [(1, 0), (1, 33), (1, 64), (3, 16), (3, 24)])
def test_a_sample_width_that_is_not_supported_is_refused_by_its_bits(tmp_path: Path, encoding: int, bits: int) -> None:
    error = refused(tmp_path, with_format(encoding=encoding, bits=bits, block=(bits + 7) // 8))
    assert isinstance(error, AudioCorrupt)
    assert f"not supported: encoding 0x{encoding:04x}, {bits} bits" in error.message


@pytest.mark.parametrize(("encoding", "block"), [(0x31, 0), (0x31, 64), (0x31, 66), (0x11, 3), (0x02, 6)])
def test_a_block_size_that_an_encoding_does_not_allow_is_refused(tmp_path: Path, encoding: int, block: int) -> None:
    error = refused(tmp_path, with_format(encoding=encoding, block=block))
    assert isinstance(error, AudioCorrupt)
    assert f"{block} bytes a block" in error.message


def test_a_header_without_a_block_size_is_read(tmp_path: Path) -> None:
    assert length_of_tone(tmp_path, with_format(block=0)) == 1.0


@pytest.mark.parametrize("formats", [b"", FORMAT * 2, chunk(b"fmt ", FORMAT[8:22])], ids=["none", "two", "short"])
def test_a_file_without_exactly_one_complete_format_is_refused(tmp_path: Path, formats: bytes) -> None:
    assert isinstance(refused(tmp_path, GOOD[:12] + formats + GOOD[36:]), AudioCorrupt)


def test_a_format_after_the_audio_does_not_count(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD[:12] + GOOD[36:] + FORMAT)
    assert isinstance(error, AudioCorrupt)
    assert "encoded" in error.message
