"""WAV files whose length exceeds a signed or unsigned 32-bit number (2 or 4 GiB) are read completely, or refused."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
import soundfile

from tests.support.transcriber.tone_files import HEADER, TONE, length_of_tone, refused, sparse_file
from tests.support.transcriber.wav_files import chunk, wav, with_sizes
from transcriber.audio import audio_stream
from transcriber.audio.plain_wav import PlainWav
from transcriber.audio.wav import find_audio
from transcription.contract.errors import AudioCorrupt, AudioTruncated

GIB = 2**30


def test_a_truncated_rf64_file_is_refused(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    assert data.startswith(b"RF64")
    assert isinstance(refused(tmp_path, data[:-1000]), AudioTruncated)
    assert isinstance(refused(tmp_path, data[:30]), AudioTruncated)


def test_a_bw64_file_is_read(tmp_path: Path) -> None:
    assert length_of_tone(tmp_path, b"BW64" + wav(TONE, kind="RF64")[4:]) == 1.0


def test_an_rf64_file_whose_recorder_crashed_keeps_all_its_seconds(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    assert length_of_tone(tmp_path, data[:20] + bytes(16) + data[36:]) == 1.0


def test_64_bit_sizes_in_a_riff_file_are_ignored(tmp_path: Path) -> None:
    wrong_sizes = chunk(b"ds64", struct.pack("<QQQI", 1, 2, 1, 0))
    data = HEADER[:12] + wrong_sizes + HEADER[12:] + TONE.tobytes()
    assert length_of_tone(tmp_path, with_sizes(data, 0xFFFFFFFF, 0xFFFFFFFF)) == 1.0


def test_a_file_over_4_gb_with_a_32_bit_length_is_not_transcribed_in_part(tmp_path: Path) -> None:
    """Past 4 GiB the length starts again at 0: once, only the first seconds of such a file were transcribed."""
    path = sparse_file(tmp_path, with_sizes(HEADER, 36 + 64000, 64000), 4 * GIB + 64000)
    with path.open("r+b") as file:
        file.seek(len(HEADER) + 64000)
        file.write(b"\x01")
    with pytest.raises(AudioCorrupt, match="RF64"):
        audio_stream.describe(path)


@pytest.mark.parametrize("audio_bytes", [2 * GIB + 2, 4 * GIB + 64000])
def test_hours_of_audio_written_to_a_pipe_keep_all_their_seconds(tmp_path: Path, audio_bytes: int) -> None:
    for size in (0xFFFFFFFF, 0x7FFFF000):
        path = sparse_file(tmp_path, with_sizes(HEADER, size, size), audio_bytes)
        assert audio_stream.describe(path).seconds == audio_bytes / 32000


def test_an_rf64_file_over_4_gb_keeps_all_its_seconds(tmp_path: Path) -> None:
    data, audio_bytes = wav(TONE, kind="RF64"), 5 * GIB
    header = data[: data.index(b"data") + 8]
    sizes = struct.pack("<QQ", len(header) + audio_bytes - 8, audio_bytes)
    path = sparse_file(tmp_path, header[:20] + sizes + header[36:], audio_bytes)
    with path.open("r+b") as file:
        file.seek(-2, os.SEEK_END)
        file.write(b"\x01\x40")
    assert audio_stream.describe(path).seconds == audio_bytes / 32000
    with path.open("rb") as file, soundfile.SoundFile(PlainWav(file, find_audio(file))) as plain:
        plain.seek(-2, os.SEEK_END)
        assert list(plain.read(dtype="int16")) == [0, 0x4001]


def test_a_big_endian_file_over_4_gb_is_not_decoded_to_noise(tmp_path: Path) -> None:
    """There is no big-endian form with 64-bit lengths; read as little-endian, the audio would be noise."""
    unknown = struct.pack(">I", 0xFFFFFFFF)
    form = struct.pack(">IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    path = sparse_file(tmp_path, b"RIFX" + unknown + b"WAVEfmt " + form + b"data" + unknown, 4 * GIB + 64000)
    with pytest.raises(AudioCorrupt, match="promises"):
        audio_stream.describe(path)


def test_a_file_of_three_gigabytes_keeps_all_its_seconds(tmp_path: Path) -> None:
    """As a signed 32-bit number, its length would be negative."""
    size = 3 * GIB
    path = sparse_file(tmp_path, with_sizes(HEADER, 36 + size, size), size)
    assert audio_stream.describe(path).seconds == size / 32000


def test_a_file_of_two_gigabytes_does_not_pass_for_one_of_unknown_length(tmp_path: Path) -> None:
    """Programs that write to a pipe use the same length; the tags after the audio were once decoded to noise."""
    tags, size = chunk(b"LIST", b"INFO" + b"\x55" * 2000), 0x7FFF0000
    path = sparse_file(tmp_path, with_sizes(HEADER, 36 + size + len(tags), size), size)
    with path.open("ab") as file:
        file.write(tags)
    assert audio_stream.describe(path).seconds == size / 32000
