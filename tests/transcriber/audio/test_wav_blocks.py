"""A compressed WAV file of any length keeps the frames of its last block, and padding does not hide the others."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.transcriber.tone_files import TONE, refused
from tests.support.transcriber.wav_files import RATE
from transcriber.audio import audio_stream
from transcriber.audio.audio_stream import Samples
from transcription.contract.errors import AudioNoSamples, AudioTruncated

KINDS = [("GSM610", 1), ("IMA_ADPCM", 1), ("IMA_ADPCM", 2), ("MS_ADPCM", 1), ("MS_ADPCM", 2)]


@dataclass(frozen=True)
class Compressed:
    """A tone in a compressed encoding."""

    #: The `fmt ` chunk.
    form: bytes
    #: Whole blocks.
    audio: bytes
    #: The length of a block, in bytes and in frames.
    block_bytes: int
    block_frames: int

    def file(self, audio: bytes, more: int = 0) -> bytes:
        """A file with other audio, whose header promises `more` bytes than that."""
        size = len(audio) + more
        riff = 4 + len(self.form) + 8 + size
        return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + self.form + b"data" + struct.pack("<I", size) + audio


@pytest.fixture(params=KINDS, ids=str)
def compressed(tmp_path: Path, request: pytest.FixtureRequest) -> Compressed:
    encoding, channels = request.param
    path = tmp_path / "encoded.wav"
    soundfile.write(path, np.stack([TONE] * channels, axis=1), RATE, encoding)
    data = path.read_bytes()
    start, form = data.index(b"data"), data.index(b"fmt ")
    length, size = struct.unpack_from("<I", data, form + 4)[0], struct.unpack_from("<I", data, start + 4)[0]
    block_bytes, block_frames = (
        struct.unpack_from("<H", data, form + 20)[0],
        struct.unpack_from("<H", data, form + 26)[0],
    )
    audio = data[start + 8 : start + 8 + size // block_bytes * block_bytes]
    return Compressed(data[form : form + 8 + length], audio, block_bytes, block_frames)


def decoded(tmp_path: Path, data: bytes) -> Samples:
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    samples = np.concatenate(list(audio_stream.decode(path, RATE)))
    assert round(audio_stream.describe(path).seconds * RATE, 6) == len(samples)
    return samples


def test_a_file_that_ends_inside_a_block_keeps_all_frames_before_its_end(
    tmp_path: Path, compressed: Compressed
) -> None:
    """Half of the GSM files of telephone systems end so. They were once refused."""
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    frames_per_byte = compressed.block_frames / compressed.block_bytes
    blocks = len(compressed.audio) // compressed.block_bytes - 1
    for rest in {1, 3, 5, 14, 32, 33, 40, compressed.block_bytes // 2, compressed.block_bytes - 1}:
        size = blocks * compressed.block_bytes + rest
        samples = decoded(tmp_path, compressed.file(compressed.audio[:size]))
        assert np.array_equal(samples, whole[: len(samples)])
        assert 0 <= len(samples) - blocks * compressed.block_frames <= rest * frames_per_byte + 1
        # A half frame of GSM, or a group of samples of ADPCM with its header, cannot be decoded.
        assert len(samples) > size * frames_per_byte - 162


@pytest.mark.parametrize("padding", [b"\0", b"Q", b"\0" * 3])
def test_bytes_that_only_pad_the_last_block_add_no_frames(
    tmp_path: Path, compressed: Compressed, padding: bytes
) -> None:
    """SoX and Asterisk count the pad byte of an odd chunk as audio."""
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    assert np.array_equal(decoded(tmp_path, compressed.file(compressed.audio + padding)), whole)


def test_a_pad_byte_that_was_counted_and_never_written_is_no_loss(tmp_path: Path, compressed: Compressed) -> None:
    """Asterisk writes the pad byte when it closes the file."""
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    assert np.array_equal(decoded(tmp_path, compressed.file(compressed.audio, more=1)), whole)


def test_a_file_that_is_padded_to_a_sector_keeps_all_its_blocks(tmp_path: Path, compressed: Compressed) -> None:
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    padded = decoded(tmp_path, compressed.file(compressed.audio + bytes(-len(compressed.audio) % 4096)))
    assert np.array_equal(padded[: len(whole)], whole)


def test_a_compressed_file_that_was_cut_off_is_truncated(tmp_path: Path, compressed: Compressed) -> None:
    for lost in (compressed.block_bytes * 2, compressed.block_bytes * 2 + 7, len(compressed.audio) - 1):
        data = compressed.file(compressed.audio)[:-lost]
        assert isinstance(refused(tmp_path, data), AudioTruncated)


def test_audio_of_unknown_length_may_end_inside_a_block(tmp_path: Path, compressed: Compressed) -> None:
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    data = compressed.file(compressed.audio[:-1])
    unknown = data[: -len(compressed.audio) - 3] + b"\xff" * 4 + compressed.audio[:-1]
    samples = decoded(tmp_path, unknown)
    assert len(whole) - compressed.block_frames < len(samples) <= len(whole)
    assert np.array_equal(samples, whole[: len(samples)])


def test_a_file_with_less_than_a_frame_has_no_samples(tmp_path: Path, compressed: Compressed) -> None:
    assert isinstance(refused(tmp_path, compressed.file(compressed.audio[:3])), AudioNoSamples)


def test_a_file_with_less_than_a_block_is_decoded(tmp_path: Path, compressed: Compressed) -> None:
    whole = decoded(tmp_path, compressed.file(compressed.audio))
    samples = decoded(tmp_path, compressed.file(compressed.audio[:40]))
    assert 0 < len(samples) < compressed.block_frames
    assert np.array_equal(samples, whole[: len(samples)])
