"""What lies before and behind the audio of a WAV file neither hides the audio nor passes for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.odd_wav_files import apev2, id3v1, id3v2, odd_chunk, odd_wav
from tests.support.transcriber.tone_files import FORMAT, GOOD, HEADER, TONE, length_of_tone, refused
from tests.support.transcriber.wav_files import chunk, wav, with_sizes
from transcriber.audio import audio_stream
from transcription.contract.errors import AudioCorrupt, AudioNoSamples, AudioTruncated

DATA = GOOD[36:]
LYRICS = b"LYRICSBEGIN" + b"IND00002" + b"00" + b"000021LYRICS200"


@pytest.mark.parametrize("seed", range(300))
def test_an_unusual_file_keeps_all_its_audio_and_no_more(tmp_path: Path, seed: int) -> None:
    odd = odd_wav(seed)
    assert length_of_tone(tmp_path, odd.data) == 1.0, odd.oddities


@pytest.mark.parametrize("seed", range(60))
def test_an_unusual_file_that_was_cut_off_is_refused(tmp_path: Path, seed: int) -> None:
    odd = odd_wav(seed)
    if odd.oddities[0] == "right":
        end = odd.data.index(TONE.tobytes()) + 2 * len(TONE)
        assert isinstance(refused(tmp_path, odd.data[: end - 1000]), AudioTruncated)


@pytest.mark.parametrize(
    "tags",
    [
        id3v2(b"title" + bytes(3000)),
        id3v2(b"title" + bytes(3001), footer=True),
        id3v2(b"RIFF\x10\0\0\0WAVEdata" * 100),
        apev2(b"title" * 100),
        id3v2(b"a") + apev2(b"b") + id3v2(b"c" * 20_000),
    ],
    ids=["ID3v2", "with a footer", "with the start of a WAV file", "APEv2", "several"],
)
def test_tags_before_the_header_are_passed_over(tmp_path: Path, tags: bytes) -> None:
    assert length_of_tone(tmp_path, tags + GOOD) == 1.0
    assert isinstance(refused(tmp_path, tags + GOOD[:-1000]), AudioTruncated)


def test_tags_before_something_else_do_not_make_it_a_wav_file(tmp_path: Path) -> None:
    error = refused(tmp_path, id3v2(bytes(300)) + b"\xff\xfb\x90\x44" + bytes(5000))
    assert isinstance(error, AudioCorrupt)
    assert "The MP3 file cannot be decoded" in error.message


@pytest.mark.parametrize(
    "tags",
    [
        id3v2(b"title" + bytes(range(256)) * 20),
        id3v2(b"title") + bytes(range(1, 256)) * 20,
        apev2(bytes(range(256)) * 20),
        LYRICS + bytes(range(256)) * 20 + id3v1(b"title"),
    ],
    ids=["ID3v2", "ID3v2 with a wrong length", "APEv2", "Lyrics3"],
)
def test_large_tags_behind_the_audio_are_no_second_recording(tmp_path: Path, tags: bytes) -> None:
    assert length_of_tone(tmp_path, GOOD + tags) == 1.0
    odd = with_sizes(GOOD[:36] + DATA[:-1], len(GOOD) - 9, 31_999)
    (tmp_path / "x.wav").write_bytes(odd + tags)
    assert audio_stream.describe(tmp_path / "x.wav").seconds == 15_999 / 16_000


def test_a_second_recording_behind_tags_is_not_left_out(tmp_path: Path) -> None:
    for padding in (0, 2**20 - 3000, 2**20 - 5):
        error = refused(tmp_path, GOOD + id3v2(bytes(2000)) + b"\x01" * padding + GOOD)
        assert "second recording" in error.message


@pytest.mark.parametrize("pad", [b"", b"\0", b"Q", b"\xff"])
@pytest.mark.parametrize("name", [b"LIST", b"bext", b"JUNK", b"xyz "])
@pytest.mark.parametrize("size", [1, 15, 4001])
def test_an_odd_chunk_may_lack_its_pad_byte(tmp_path: Path, name: bytes, size: int, pad: bytes) -> None:
    extra = odd_chunk(name, b"\x07" * size, pad)
    for data in (HEADER[:12] + extra + FORMAT + DATA, HEADER[:36] + extra + DATA, GOOD + extra + extra):
        assert length_of_tone(tmp_path, with_sizes(data, len(data) - 8, 32_000)) == 1.0


@pytest.mark.parametrize("pad", [b"", b"\0", b"Q"])
def test_an_odd_number_of_bytes_of_audio_may_lack_its_pad_byte(tmp_path: Path, pad: bytes) -> None:
    samples = np.arange(15_999) % 9000
    plain = wav((samples * 2**16).astype(np.int32), subtype="PCM_24")
    start = plain.index(b"data")
    path = tmp_path / "x.wav"
    path.write_bytes(plain[: start + 8 + 3 * len(samples)] + pad + chunk(b"LIST", b"INFO" + bytes(5000)))
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), samples)


@pytest.mark.parametrize("size", [0, 28, 4096, 393_164, 3 * 2**20])
@pytest.mark.parametrize("name", [b"LIST", b"bext", b"JUNK", b"FLLR"])
def test_a_chunk_before_the_audio_may_have_any_size(tmp_path: Path, name: bytes, size: int) -> None:
    assert length_of_tone(tmp_path, HEADER[:36] + chunk(name, bytes(size)) + DATA) == 1.0


@pytest.mark.parametrize("between", [b"", chunk(b"LIST", b"abcd"), chunk(b"JUNK", bytes(500))])
def test_an_empty_data_chunk_does_not_hide_the_one_that_follows(tmp_path: Path, between: bytes) -> None:
    data = HEADER[:36] + chunk(b"data", b"") + between + DATA
    assert length_of_tone(tmp_path, data) == 1.0
    assert isinstance(refused(tmp_path, data[:-1000]), AudioTruncated)


def test_an_empty_data_chunk_behind_the_audio_is_no_second_recording(tmp_path: Path) -> None:
    assert length_of_tone(tmp_path, GOOD + chunk(b"data", b"")) == 1.0


@pytest.mark.parametrize("first", [2, 1000, 32_000])
def test_two_chunks_with_audio_are_refused(tmp_path: Path, first: int) -> None:
    assert isinstance(refused(tmp_path, HEADER[:36] + chunk(b"data", b"\1" * first) + DATA), AudioCorrupt)


def test_an_empty_recording_with_chunks_behind_has_no_samples(tmp_path: Path) -> None:
    tags = chunk(b"LIST", b"INFO" + bytes(400)) + chunk(b"odd ", b"abc")
    for riff in (0, len(HEADER) + len(tags) - 8):
        assert isinstance(refused(tmp_path, with_sizes(HEADER + tags, riff, 0)), AudioNoSamples)


@pytest.mark.parametrize("seconds", [1, 20])
def test_a_file_that_was_sent_as_text_is_refused(tmp_path: Path, seconds: int) -> None:
    """FTP's text mode puts a carriage return before each line feed."""
    content = wav(np.tile(TONE, seconds)).replace(b"\n", b"\r\n")
    error = refused(tmp_path, content)
    assert isinstance(error, AudioCorrupt)
    assert "sent as text" in error.message
