"""A broken file must never give a transcript that looks right."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.wav_files import silence, wav, with_sizes
from tests.support.transcriber.wav_mutations import chunk
from transcriber.audio import audio_stream
from transcriber.audio.plain_wav import View
from transcriber.audio.wav import find
from transcription.contract import errors

GIB = 2**30
TONE = (3000 * np.sin(np.arange(16000) / 8)).astype(np.int16)
GOOD = wav(TONE)
HEADER = GOOD[: GOOD.index(b"data") + 8]
FORMAT = HEADER[12:36]


def refused(tmp_path: Path, data: bytes) -> errors.InputError:
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(errors.InputError) as caught:
        audio_stream.describe(path)
    return caught.value


def taken(tmp_path: Path, data: bytes) -> float:
    """The seconds of a file that is read; it must be `TONE`, to the last sample."""
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    seconds = audio_stream.describe(path).seconds
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), TONE)
    return seconds


def undecodable(tmp_path: Path, data: bytes) -> errors.InputError:
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    with pytest.raises(errors.InputError) as caught:
        list(audio_stream.decode(path, 16000))
    return caught.value


def with_format(encoding: int = 1, channels: int = 1, rate: int = 16000, block: int = 2, bits: int = 16) -> bytes:
    return GOOD[:20] + struct.pack("<HHIIHH", encoding, channels, rate, 0, block, bits) + GOOD[36:]


def sparse(tmp_path: Path, header: bytes, audio_bytes: int) -> Path:
    """A file of that many zeros behind `header`, which takes no room on the disk."""
    path = tmp_path / "x.wav"
    path.write_bytes(header)
    os.truncate(path, len(header) + audio_bytes)
    return path


def test_a_truncated_upload_is_not_transcribed_as_if_it_were_whole(tmp_path: Path) -> None:
    """Truncated audio used to give half a transcript, and the audio moved away as done."""
    error = refused(tmp_path, GOOD[:-1000])
    assert isinstance(error, errors.AudioTruncated)
    assert "32000 bytes" in error.message and "31000" in error.message


def test_one_byte_that_is_missing_is_noticed(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path, GOOD[:-1]), errors.AudioTruncated)


def test_half_a_sample_at_the_end_is_left_out(tmp_path: Path) -> None:
    assert taken(tmp_path, with_sizes(GOOD + b"\x01", len(GOOD) - 7, len(GOOD) - len(HEADER) + 1)) == 1.0


@pytest.mark.parametrize("length", [1 + 3, 11, 12, 30, len(HEADER) - 1, len(HEADER)])
def test_a_file_that_ends_in_its_header_is_truncated(tmp_path: Path, length: int) -> None:
    assert isinstance(refused(tmp_path, GOOD[:length]), errors.AudioTruncated)


def test_a_truncated_file_over_4_gb_is_noticed(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    assert data.startswith(b"RF64")
    assert isinstance(refused(tmp_path, data[:-1000]), errors.AudioTruncated)
    assert isinstance(refused(tmp_path, data[:30]), errors.AudioTruncated)


def test_a_file_of_the_broadcasters_form_is_read(tmp_path: Path) -> None:
    assert taken(tmp_path, b"BW64" + wav(TONE, kind="RF64")[4:]) == 1.0


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
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFEFFFA, 0x7FFF0000, 0x7FFFF000, 0x80000000])
def test_audio_written_to_a_pipe_keeps_all_its_seconds(tmp_path: Path, riff: int, size: int) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(with_sizes(GOOD, riff, size))
    assert audio_stream.describe(path).seconds == 1.0
    assert np.array_equal(np.concatenate(list(audio_stream.decode(path, 16000))), TONE)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_header_without_audio_is_not_heard_as_a_letter(tmp_path: Path, size: int) -> None:
    assert isinstance(refused(tmp_path, with_sizes(HEADER, len(HEADER) - 8, size)), errors.AudioNoSamples)


def test_what_follows_empty_audio_is_not_taken_for_audio(tmp_path: Path) -> None:
    tags = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0"))
    data = with_sizes(HEADER + tags, len(HEADER) + len(tags) - 8, 0)
    assert isinstance(refused(tmp_path, data), errors.AudioNoSamples)


def test_what_follows_empty_audio_of_64_bits_is_not_taken_for_audio(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    start = data.index(b"data") + 8
    tags = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0"))
    sizes = struct.pack("<QQ", start + len(tags) - 8, 0)
    assert isinstance(refused(tmp_path, data[:20] + sizes + data[36:start] + tags), errors.AudioNoSamples)


def test_a_recording_of_64_bits_that_was_cut_off_keeps_all_its_seconds(tmp_path: Path) -> None:
    data = wav(TONE, kind="RF64")
    assert taken(tmp_path, data[:20] + bytes(16) + data[36:]) == 1.0


def test_64_bits_in_a_file_of_32_are_not_believed(tmp_path: Path) -> None:
    lie = chunk(b"ds64", struct.pack("<QQQI", 1, 2, 1, 0))
    data = HEADER[:12] + lie + HEADER[12:] + GOOD[len(HEADER) :]
    assert taken(tmp_path, with_sizes(data, 0xFFFFFFFF, 0xFFFFFFFF)) == 1.0


@pytest.mark.parametrize("size", [len(GOOD) - len(HEADER) - 2000, 2, 0x1000])
def test_audio_behind_what_the_header_says_is_not_left_out(tmp_path: Path, size: int) -> None:
    """A recorder that dies leaves the length of a while before; half a transcript looked like a whole one."""
    error = refused(tmp_path, with_sizes(GOOD, size + 36, size))
    assert isinstance(error, errors.AudioCorrupt)
    assert f"promises {size} bytes" in error.message and f"{len(GOOD) - len(HEADER) - size} more" in error.message


@pytest.mark.parametrize(
    "second",
    [GOOD, b"RIFX" + GOOD[4:], wav(TONE, kind="RF64"), b"BW64" + GOOD[4:], chunk(b"data", TONE.tobytes())],
    ids=["RIFF", "RIFX", "RF64", "BW64", "data"],
)
def test_a_second_recording_in_the_same_file_is_not_left_out(tmp_path: Path, second: bytes) -> None:
    error = refused(tmp_path, GOOD + second)
    assert isinstance(error, errors.AudioCorrupt)
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
    ids=["tags", "an odd chunk", "ID3v1", "an upload form", "room that was not needed", "a kilobyte"],
)
def test_what_recorders_and_uploads_add_behind_the_audio_does_no_harm(tmp_path: Path, tail: bytes) -> None:
    assert taken(tmp_path, GOOD + tail) == 1.0


@pytest.mark.parametrize(
    "tail",
    [b"\xff" * 1025, bytes(10**6) + b"\x01", chunk(b"LIST", bytes(5000))[:-1]],
    ids=["noise", "silence and a click", "tags that were cut"],
)
def test_more_than_that_may_be_audio_and_is_refused(tmp_path: Path, tail: bytes) -> None:
    assert isinstance(refused(tmp_path, GOOD + tail), errors.AudioCorrupt)


def test_a_file_over_4_gb_with_a_length_of_32_bits_is_not_transcribed_in_part(tmp_path: Path) -> None:
    """Past 4 GiB the length starts again at 0: such a file used to give its first seconds."""
    path = sparse(tmp_path, with_sizes(HEADER, 36 + 64000, 64000), 4 * GIB + 64000)
    with path.open("r+b") as file:
        file.seek(len(HEADER) + 64000)
        file.write(b"\x01")
    with pytest.raises(errors.AudioCorrupt, match="RF64"):
        audio_stream.describe(path)


@pytest.mark.parametrize("audio_bytes", [2 * GIB + 2, 4 * GIB + 64000])
def test_hours_that_were_written_to_a_pipe_keep_all_their_seconds(tmp_path: Path, audio_bytes: int) -> None:
    for size in (0xFFFFFFFF, 0x7FFFF000):
        path = sparse(tmp_path, with_sizes(HEADER, size, size), audio_bytes)
        assert audio_stream.describe(path).seconds == audio_bytes / 32000


def test_a_file_over_4_gb_keeps_all_its_seconds(tmp_path: Path) -> None:
    data, audio_bytes = wav(TONE, kind="RF64"), 5 * GIB
    header = data[: data.index(b"data") + 8]
    sizes = struct.pack("<QQ", len(header) + audio_bytes - 8, audio_bytes)
    path = sparse(tmp_path, header[:20] + sizes + header[36:], audio_bytes)
    with path.open("r+b") as file:
        file.seek(-2, os.SEEK_END)
        file.write(b"\x01\x40")
    assert audio_stream.describe(path).seconds == audio_bytes / 32000
    with path.open("rb") as file, soundfile.SoundFile(View(file, find(file))) as view:
        view.seek(-2, os.SEEK_END)
        assert list(view.read(dtype="int16")) == [0, 0x4001]


def test_a_big_endian_file_over_4_gb_is_not_heard_as_noise(tmp_path: Path) -> None:
    """There is no form of 64 bits for it, and little-endian it would be something else."""
    unknown = struct.pack(">I", 0xFFFFFFFF)
    form = struct.pack(">IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    path = sparse(tmp_path, b"RIFX" + unknown + b"WAVEfmt " + form + b"data" + unknown, 4 * GIB + 64000)
    with pytest.raises(errors.AudioCorrupt, match="promises"):
        audio_stream.describe(path)


def test_a_file_of_three_gigabytes_keeps_all_its_seconds(tmp_path: Path) -> None:
    """Its length is negative for who reads it with a sign."""
    size = 3 * GIB
    path = sparse(tmp_path, with_sizes(HEADER, 36 + size, size), size)
    assert audio_stream.describe(path).seconds == size / 32000


def test_a_file_of_two_gigabytes_is_not_taken_for_one_without_a_length(tmp_path: Path) -> None:
    """Its length is one that programs write when they know none; the tags behind it were heard as noise."""
    tags, size = chunk(b"LIST", b"INFO" + b"\x55" * 2000), 0x7FFF0000
    path = sparse(tmp_path, with_sizes(HEADER, 36 + size + len(tags), size), size)
    with path.open("ab") as file:
        file.write(tags)
    assert audio_stream.describe(path).seconds == size / 32000


@pytest.mark.parametrize("rate", [0, 1, 999, 768_001, 2**31, 2**32 - 1])
def test_a_header_that_names_an_impossible_rate_does_not_fill_the_memory(tmp_path: Path, rate: int) -> None:
    error = refused(tmp_path, with_format(rate=rate))
    assert isinstance(error, errors.AudioCorrupt)
    assert f"{rate} Hz" in error.message


@pytest.mark.parametrize(
    "lie",
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
def test_a_format_that_contradicts_itself_is_not_heard_as_noise(tmp_path: Path, lie: dict[str, int]) -> None:
    assert isinstance(refused(tmp_path, with_format(**lie)), errors.AudioCorrupt)


@pytest.mark.parametrize("encoding", [0, 0x40, 0x50, 0x55, 0x9999, 0xFFFE])
def test_an_encoding_whose_length_cannot_be_checked_is_refused_by_its_number(tmp_path: Path, encoding: int) -> None:
    """MP3 in a WAV file, for example: of damaged MP3, libsndfile skips what it cannot read."""
    error = refused(tmp_path, with_format(encoding=encoding))
    assert isinstance(error, errors.AudioCorrupt)
    assert f"0x{encoding:04x}" in error.message


@pytest.mark.parametrize(("encoding", "bits"), [(1, 0), (1, 33), (1, 64), (3, 16), (3, 24)])
def test_samples_of_a_width_that_is_not_read_are_refused_by_it(tmp_path: Path, encoding: int, bits: int) -> None:
    error = refused(tmp_path, with_format(encoding=encoding, bits=bits, block=(bits + 7) // 8))
    assert isinstance(error, errors.AudioCorrupt)
    assert f"not supported: encoding 0x{encoding:04x}, {bits} bits" in error.message


@pytest.mark.parametrize(("encoding", "block"), [(0x31, 0), (0x31, 64), (0x31, 66), (0x11, 3), (0x02, 6)])
def test_blocks_that_an_encoding_has_not_are_refused_by_their_size(tmp_path: Path, encoding: int, block: int) -> None:
    error = refused(tmp_path, with_format(encoding=encoding, block=block))
    assert isinstance(error, errors.AudioCorrupt)
    assert f"{block} bytes a block" in error.message


def test_a_header_that_leaves_the_block_size_out_is_read(tmp_path: Path) -> None:
    assert taken(tmp_path, with_format(block=0)) == 1.0


@pytest.mark.parametrize("formats", [b"", FORMAT * 2, chunk(b"fmt ", FORMAT[8:22])], ids=["none", "two", "short"])
def test_a_file_that_does_not_say_how_to_read_it_once_is_refused(tmp_path: Path, formats: bytes) -> None:
    assert isinstance(refused(tmp_path, GOOD[:12] + formats + GOOD[36:]), errors.AudioCorrupt)


def test_a_format_behind_the_audio_is_no_format(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD[:12] + GOOD[36:] + FORMAT)
    assert isinstance(error, errors.AudioCorrupt)
    assert "encoded" in error.message


@pytest.mark.parametrize("encoding", ["IMA_ADPCM", "MS_ADPCM"])
def test_a_compressed_file_that_ends_inside_a_block_is_truncated(tmp_path: Path, encoding: str) -> None:
    """libsndfile leaves the last block out, or fills it up with noise."""
    data = wav(TONE, subtype=encoding)
    start = data.index(b"data") + 8
    cut = data[:-1]
    assert isinstance(refused(tmp_path, with_sizes(cut, len(cut) - 8, len(cut) - start)), errors.AudioTruncated)


def test_a_wav_without_a_data_chunk_ends_in_an_answer(tmp_path: Path) -> None:
    nonsense = b"RIFF" + (10**6 + 4).to_bytes(4, "little") + b"WAVE" + bytes(10**6)
    assert isinstance(refused(tmp_path, nonsense), errors.AudioCorrupt)


def test_a_header_of_very_many_chunks_ends_in_an_answer(tmp_path: Path) -> None:
    def with_chunks(count: int) -> bytes:
        return with_sizes(HEADER[:36] + chunk(b"cue ", b"") * count + GOOD[36:], len(GOOD) - 8 + 8 * count, 32000)

    assert taken(tmp_path, with_chunks(998)) == 1.0
    assert isinstance(refused(tmp_path, with_chunks(999)), errors.AudioCorrupt)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_samples_that_are_no_numbers_are_not_transcribed(tmp_path: Path, value: float, subtype: str) -> None:
    samples = silence(1).astype(np.float32)
    samples[8000] = value
    assert isinstance(undecodable(tmp_path, wav(samples, subtype=subtype)), errors.AudioNotFinite)


@pytest.mark.parametrize("rate", [16000, 44100])
@pytest.mark.parametrize("value", [257.0, 32767.0, -32768.0, 3e38])
def test_floating_point_in_the_scale_of_integers_is_not_heard_as_noise(tmp_path: Path, value: float, rate: int) -> None:
    samples = np.full((1000, 2), value, np.float32)
    error = undecodable(tmp_path, wav(samples, rate, "FLOAT"))
    assert isinstance(error, errors.AudioCorrupt)
    assert "times full scale" in error.message
