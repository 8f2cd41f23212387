"""A header with a wrong length loses no audio and hides no loss."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Optional

import numpy as np
import pytest

from tests.support.transcriber.odd_wav_files import id3v1
from tests.support.transcriber.tone_files import GOOD, HEADER, TONE, length_of_tone, refused, sparse_file
from tests.support.transcriber.wav_files import chunk, wav, with_sizes
from transcriber.audio import audio_stream
from transcriber.audio.wav_length import TOLERANCE
from transcription.contract.errors import AudioTruncated

RF64 = wav(TONE, kind="RF64")
AUDIO_BYTES = len(GOOD) - len(HEADER)
TAGS = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0")) + chunk(b"iXML", b"<BWFXML>" * 300)
#: The same with an odd chunk at the end of the file, without its pad byte.
UNPADDED = TAGS + chunk(b"LIST", b"abc")[:-1]


def notes(tmp_path: Path) -> tuple[str, ...]:
    return audio_stream.describe(tmp_path / "x.wav").notes


def with_long_sizes(riff: int, audio: int) -> bytes:
    """`RF64` with these 64-bit lengths."""
    return RF64[:20] + struct.pack("<QQ", riff % 2**64, audio % 2**64) + RF64[36:]


@pytest.mark.parametrize(
    "size",
    [
        *(0x7FFE0000, 0x7FFEFFDC, 0x7FFFFFDB, 0x7FFFFFFF, 0x80000000, 0x80000024, 0x8001FFFF),
        *(0xFFFE0000, 0xFFFF0000, 0xFFFFF000, 0xFFFFFF00, 0xFFFFFF9B, 0xFFFFFFDB, 0xFFFFFFFE),
    ],
)
def test_a_number_near_the_largest_one_stands_for_an_unknown_length(tmp_path: Path, size: int) -> None:
    for riff in (0, size, min(size + 36, 0xFFFFFFFF), len(GOOD) - 8):
        assert length_of_tone(tmp_path, with_sizes(GOOD, riff, size)) == 1.0
        assert "does not give the length" in notes(tmp_path)[0]


@pytest.mark.parametrize("size", [0x7FFDFFFE, 0x80020000, 0xC0000000, 0xFFFDFFFE])
def test_the_length_of_a_large_file_that_was_cut_off_does_not_stand_for_an_unknown_one(
    tmp_path: Path, size: int
) -> None:
    assert isinstance(refused(tmp_path, with_sizes(GOOD, size + 36, size)), AudioTruncated)


@pytest.mark.parametrize(
    "size", [0, -1, -2, -101, 2**63 - 1, 2**63, 2**62, 2**48, 2**47, 0xFFFFFFFF, 0xFFFFFF9B, 0x7FFFFFFF, 0x7FFFF000]
)
@pytest.mark.parametrize("riff", [0, -1, 2**63 - 1, len(RF64) - 8])
def test_64_bit_lengths_can_be_unknown_too(tmp_path: Path, size: int, riff: int) -> None:
    assert length_of_tone(tmp_path, with_long_sizes(riff, size)) == 1.0


@pytest.mark.parametrize("size", [2**33, 2**40, 2**46])
def test_a_large_rf64_file_that_was_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    assert isinstance(refused(tmp_path, with_long_sizes(size + 100, size)), AudioTruncated)


def test_an_rf64_file_with_a_placeholder_that_is_not_the_usual_one_has_the_64_bit_length(tmp_path: Path) -> None:
    start = RF64.index(b"data")
    data = RF64[: start + 4] + struct.pack("<I", 0xFFFFFF00) + RF64[start + 8 :]
    assert length_of_tone(tmp_path, data) == 1.0
    assert isinstance(refused(tmp_path, data[:-1000]), AudioTruncated)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
@pytest.mark.parametrize("tail", [TAGS, UNPADDED, TAGS + id3v1(b"a title"), id3v1(b"a title")])
def test_what_describes_audio_of_unknown_length_is_not_decoded_as_audio(tmp_path: Path, size: int, tail: bytes) -> None:
    for riff in (0, len(GOOD) + len(tail) - 8):
        assert length_of_tone(tmp_path, with_sizes(GOOD + tail, riff, size)) == 1.0


def test_the_chunks_behind_an_hour_of_unknown_length_are_found(tmp_path: Path) -> None:
    path = sparse_file(tmp_path, with_sizes(HEADER, 0, 0), 3600 * 32000)
    with path.open("ab") as file:
        file.write(TAGS)
    assert audio_stream.describe(path).seconds == 3600


def test_audio_that_contains_the_name_of_a_chunk_is_kept(tmp_path: Path) -> None:
    samples = np.frombuffer(b"LIST\x10\0\0\0" * 40_000, np.int16)
    path = tmp_path / "x.wav"
    path.write_bytes(with_sizes(wav(samples), 0, 0)[:-2])
    assert audio_stream.describe(path).seconds * 16000 == len(samples) - 1


@pytest.mark.parametrize("excess", [2, 16, 36, 44, 500, 32_000, 10**6])
@pytest.mark.parametrize("margin", [-8, 0, 8])
def test_too_large_a_length_of_the_audio_is_no_loss_if_the_file_is_complete(
    tmp_path: Path, excess: int, margin: int
) -> None:
    assert length_of_tone(tmp_path, with_sizes(GOOD, len(GOOD) - 8 + margin, AUDIO_BYTES + excess)) == 1.0
    assert f"{excess} bytes of audio too many" in notes(tmp_path)[0]


def test_tags_behind_audio_with_too_large_a_length_are_not_decoded(tmp_path: Path) -> None:
    excess = len(TAGS) + 44
    assert length_of_tone(tmp_path, with_sizes(GOOD + TAGS, len(GOOD + TAGS) - 8, AUDIO_BYTES + excess)) == 1.0


@pytest.mark.parametrize("missing", [2, 16, 44, 512, 640])
@pytest.mark.parametrize("riff", [0, 0xFFFFFFFF, None])
def test_a_step_of_the_network_may_be_missing_and_the_result_says_so(
    tmp_path: Path, missing: int, riff: Optional[int]
) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(with_sizes(GOOD, len(GOOD) - 8 if riff is None else riff, AUDIO_BYTES)[:-missing])
    if riff is None and missing <= 8:  # the RIFF length is right
        assert "too many" in notes(tmp_path)[0]
    else:
        assert f"last {missing / 32:.1f} ms" in notes(tmp_path)[0]
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), TONE[: -missing // 2])


@pytest.mark.parametrize("missing", [642, 1000, 16_000, 31_998])
def test_a_file_that_lost_more_is_truncated(tmp_path: Path, missing: int) -> None:
    assert isinstance(refused(tmp_path, GOOD[:-missing]), AudioTruncated)


@pytest.mark.parametrize("rate", [8000, 48000])
@pytest.mark.parametrize("subtype", ["ULAW", "PCM_16", "PCM_24", "DOUBLE"])
def test_the_tolerance_is_a_time_at_every_rate_and_width(tmp_path: Path, rate: int, subtype: str) -> None:
    data = wav(TONE, rate, subtype)
    frame = {"ULAW": 1, "PCM_16": 2, "PCM_24": 3, "DOUBLE": 8}[subtype]
    lost = round(TOLERANCE * rate) * frame
    path = tmp_path / "x.wav"
    path.write_bytes(data[:-lost])
    assert audio_stream.describe(path).seconds == pytest.approx(len(TONE) / rate - TOLERANCE)
    assert isinstance(refused(tmp_path, data[: -lost - frame]), AudioTruncated)


def test_an_ordinary_file_has_no_notes(tmp_path: Path) -> None:
    assert length_of_tone(tmp_path, GOOD) == 1.0
    assert notes(tmp_path) == ()
