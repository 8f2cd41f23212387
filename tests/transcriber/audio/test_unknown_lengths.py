"""Programs that write to a pipe do not know the length. Every format is then read to its end."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.support.transcriber.encoded_files import encode
from tests.support.transcriber.engine_run import transcribe_file
from tests.support.transcriber.wav_files import RATE, Clip
from transcriber.audio import audio_stream
from transcriber.engines.libdeepspeech import LibDeepSpeech
from transcription.contract.errors import AudioCorrupt, AudioTruncated

#: What programs write in place of a 32-bit length: FFmpeg, SoX, node-wav, and others.
LENGTHS = (0, 0x7F000000, 0x7F000008, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFF00, 0xFFFFFFE7, 0xFFFFFFFF)


def au(clip: Clip, length: int) -> bytes:
    return b".snd" + struct.pack(">5I", 24, length, 3, RATE, 1) + clip.samples.astype(">i2").tobytes()


def aiff(clip: Clip, length: int) -> bytes:
    rate = b"\x40\x0c\xfa" + bytes(7)  # 16000 as an 80-bit floating point number
    common = b"COMM" + struct.pack(">IhIh", 18, 1, len(clip.samples), 16) + rate
    sound = b"SSND" + struct.pack(">3I", length, 0, 0) + clip.samples.astype(">i2").tobytes()
    return b"FORM" + struct.pack(">I", length) + b"AIFF" + common + sound


def caf(clip: Clip, length: int) -> bytes:
    description = b"desc" + struct.pack(">qd4s5I", 32, RATE, b"lpcm", 0, 2, 1, 1, 16)
    data = b"data" + struct.pack(">qI", length, 0) + clip.samples.astype(">i2").tobytes()
    return b"caff\0\1\0\0" + description + data


def flac(clip: Clip, frames: int) -> bytes:
    """Return a FLAC file whose header gives a number of frames (36 bits)."""
    content = bytearray(encode("flac", clip.samples, RATE))
    field = int.from_bytes(content[18:26], "big")
    content[18:26] = (field >> 36 << 36 | frames).to_bytes(8, "big")
    return bytes(content)


def heard(path: Path, content: bytes, engine: LibDeepSpeech) -> str:
    path.write_bytes(content)
    return transcribe_file(path, engine).text


@pytest.mark.parametrize("length", LENGTHS)
def test_an_au_file(tmp_path: Path, clip: Clip, engine: LibDeepSpeech, length: int) -> None:
    assert heard(tmp_path / "x", au(clip, length), engine) == clip.text


@pytest.mark.parametrize("length", LENGTHS)
def test_an_aiff_file(tmp_path: Path, clip: Clip, engine: LibDeepSpeech, length: int) -> None:
    assert heard(tmp_path / "x", aiff(clip, length), engine) == clip.text


@pytest.mark.parametrize("length", [-1, 0, 2**62])
def test_a_caf_file(tmp_path: Path, clip: Clip, engine: LibDeepSpeech, length: int) -> None:
    assert heard(tmp_path / "x", caf(clip, length), engine) == clip.text


def test_a_flac_file(tmp_path: Path, clip: Clip, engine: LibDeepSpeech) -> None:
    assert heard(tmp_path / "x", flac(clip, 0), engine) == clip.text


@pytest.mark.parametrize("part", [0.5, 0.9, 0.99])
def test_a_flac_file_without_a_length_that_was_cut_off_is_called_truncated(
    tmp_path: Path, clip: Clip, part: float
) -> None:
    content = flac(clip, 0)
    (tmp_path / "x").write_bytes(content[: int(len(content) * part)])
    with pytest.raises(AudioTruncated, match="breaks off"):
        list(audio_stream.decode(tmp_path / "x", RATE))


@pytest.mark.parametrize("length", [1, 1000, 40000])
def test_an_au_file_with_more_audio_than_it_says_is_refused(tmp_path: Path, clip: Clip, length: int) -> None:
    (tmp_path / "x").write_bytes(au(clip, length))
    with pytest.raises(AudioCorrupt, match=f"{len(clip.samples) * 2 - length} more bytes follow"):
        list(audio_stream.decode(tmp_path / "x", RATE))
