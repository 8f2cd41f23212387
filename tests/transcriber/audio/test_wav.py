"""A WAV file is transcribed completely, or refused: part of a recording must never pass for the whole."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.tone_files import GOOD, HEADER, TONE, length_of_tone, refused
from tests.support.transcriber.wav_files import chunk, wav, with_sizes
from transcriber.audio import audio_stream
from transcription.contract.errors import AudioCorrupt, AudioEmpty, AudioNoSamples, AudioTruncated


def test_a_truncated_upload_is_not_transcribed_as_if_it_were_whole(tmp_path: Path) -> None:
    """Truncated audio once gave half a transcript, and the input was moved away as done."""
    error = refused(tmp_path, GOOD[:-1000])
    assert isinstance(error, AudioTruncated)
    assert "32000 bytes" in error.message and "31000" in error.message


def test_half_a_sample_at_the_end_is_left_out(tmp_path: Path) -> None:
    assert length_of_tone(tmp_path, with_sizes(GOOD + b"\x01", len(GOOD) - 7, len(GOOD) - len(HEADER) + 1)) == 1.0


@pytest.mark.parametrize("length", [1 + 3, 11, 12, 30, len(HEADER) - 1, len(HEADER)])
def test_a_file_that_ends_in_its_header_is_truncated(tmp_path: Path, length: int) -> None:
    assert isinstance(refused(tmp_path, GOOD[:length]), AudioTruncated)


def test_an_empty_file_is_refused_as_empty(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path, b""), AudioEmpty)


@pytest.mark.parametrize("riff", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFEFFFA, 0x7FFF0000, 0x7FFFF000, 0x80000000])
def test_audio_written_to_a_pipe_keeps_all_its_seconds(tmp_path: Path, riff: int, size: int) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(with_sizes(GOOD, riff, size))
    assert audio_stream.describe(path).seconds == 1.0
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), TONE)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_header_without_audio_is_refused(tmp_path: Path, size: int) -> None:
    """Such a file was once transcribed as a single letter."""
    assert isinstance(refused(tmp_path, with_sizes(HEADER, len(HEADER) - 8, size)), AudioNoSamples)


def test_tags_after_empty_audio_are_not_decoded_as_audio(tmp_path: Path) -> None:
    tags = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0"))
    data = with_sizes(HEADER + tags, len(HEADER) + len(tags) - 8, 0)
    assert isinstance(refused(tmp_path, data), AudioNoSamples)


def test_tags_after_empty_audio_in_an_rf64_file_are_not_decoded_as_audio(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    start = data.index(b"data") + 8
    tags = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0"))
    sizes = struct.pack("<QQ", start + len(tags) - 8, 0)
    assert isinstance(refused(tmp_path, data[:20] + sizes + data[36:start] + tags), AudioNoSamples)


@pytest.mark.parametrize("size", [len(GOOD) - len(HEADER) - 2000, 2, 0x1000])
def test_audio_beyond_the_length_in_the_header_is_not_left_out(tmp_path: Path, size: int) -> None:
    """A recorder that crashes leaves an outdated length; half a transcript once passed for a whole one."""
    error = refused(tmp_path, with_sizes(GOOD, size + 36, size))
    assert isinstance(error, AudioCorrupt)
    assert f"promises {size} bytes" in error.message and f"{len(GOOD) - len(HEADER) - size} more" in error.message


@pytest.mark.parametrize(
    "second",
    [GOOD, b"RIFX" + GOOD[4:], wav(TONE, kind="RF64"), b"BW64" + GOOD[4:], chunk(b"data", TONE.tobytes())],
    ids=["RIFF", "RIFX", "RF64", "BW64", "data"],
)
def test_a_second_recording_in_the_same_file_is_not_left_out(tmp_path: Path, second: bytes) -> None:
    error = refused(tmp_path, GOOD + second)
    assert isinstance(error, AudioCorrupt)
    assert "second recording" in error.message


@pytest.mark.parametrize(
    "tail",
    [
        chunk(b"LIST", b"INFO" + bytes(5000)),
        chunk(b"odd ", b"abc") + chunk(b"LIST", b"INFO" + bytes(5000)),
        b"TAG" + bytes(125),
        b"\r\n--boundary--\r\n",
        bytes(100_000),
        b"\xff" * 1024,
    ],
    ids=["tags", "an odd chunk", "ID3v1", "an upload form", "reserved space", "a kilobyte"],
)
def test_additions_of_recorders_and_uploads_after_the_audio_are_accepted(tmp_path: Path, tail: bytes) -> None:
    assert length_of_tone(tmp_path, GOOD + tail) == 1.0


@pytest.mark.parametrize(
    "tail",
    [b"\xff" * 1025, bytes(10**6) + b"\x01", chunk(b"LIST", bytes(5000))[:-1]],
    ids=["noise", "silence and a click", "truncated tags"],
)
def test_larger_additions_may_be_audio_and_are_refused(tmp_path: Path, tail: bytes) -> None:
    assert isinstance(refused(tmp_path, GOOD + tail), AudioCorrupt)


def test_a_file_without_a_data_chunk_is_refused_in_bounded_time(tmp_path: Path) -> None:
    nonsense = b"RIFF" + (10**6 + 4).to_bytes(4, "little") + b"WAVE" + bytes(10**6)
    assert isinstance(refused(tmp_path, nonsense), AudioCorrupt)


def test_a_header_of_more_than_a_thousand_chunks_is_refused(tmp_path: Path) -> None:
    def with_chunks(count: int) -> bytes:
        return with_sizes(HEADER[:36] + chunk(b"cue ", b"") * count + GOOD[36:], len(GOOD) - 8 + 8 * count, 32000)

    assert length_of_tone(tmp_path, with_chunks(998)) == 1.0
    assert isinstance(refused(tmp_path, with_chunks(999)), AudioCorrupt)
