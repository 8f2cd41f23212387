"""The reader of audio starts again from the beginning, and opens and decodes short files once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from tests.support.transcriber.wav_files import RATE
from transcriber.audio import audio_reader, audio_stream
from transcriber.audio.audio_reader import AudioReader
from transcriber.audio.audio_stream import Samples
from transcription.contract.errors import AudioNotFinite
from transcription.contract.options import AUTO_CHANNELS

Frames = npt.NDArray[np.float32]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the list of the files that are opened from now on."""
    paths: list[Path] = []
    original = audio_reader.open_audio
    monkeypatch.setattr(audio_reader, "open_audio", lambda path: (paths.append(path), original(path))[1])
    return paths


def write(folder: Path, seconds: float, *, channels: int = 1, level: float = 0.3, name: str = "x.wav") -> Path:
    """Write noise of a level that depends on the channel, so that no two samples are alike."""
    noise = np.random.default_rng(1).normal(0, level, (round(seconds * RATE), channels))
    path = folder / name
    soundfile.write(path, np.clip(noise, -1, 1), RATE, subtype="PCM_16")
    return path


def read(reader: AudioReader) -> Frames:
    return np.concatenate([block for block, _ in reader.blocks()])


def transcribed_samples(path: Path) -> list[Samples]:
    """Read a file as a transcription does."""
    with AudioReader(path) as reader:
        conversion = audio_stream.measure(reader, AUTO_CHANNELS)
        blocks = list(audio_stream.decode_streams(reader, RATE, conversion))
    return [np.concatenate(stream) for stream in zip(*blocks)]


@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("level", [0.3, 0.0005])
def test_a_short_file_is_opened_once(
    tmp_path: Path, opened: list[Path], name: str, channels: int, level: float
) -> None:
    path = write(tmp_path, 2, channels=channels, level=level, name=name)
    transcribed_samples(path)
    assert opened == [path]


def test_a_long_file_of_ordinary_level_is_opened_once(tmp_path: Path, opened: list[Path]) -> None:
    path = write(tmp_path, 60)
    [samples] = transcribed_samples(path)
    assert opened == [path]
    assert np.array_equal(samples, soundfile.read(path, dtype="int16")[0])


@pytest.mark.parametrize("seconds", [0.5, 10, 10.5, 25, 40])
@pytest.mark.parametrize("channels", [1, 2])
def test_audio_is_the_same_each_time_however_much_was_read_before(
    tmp_path: Path, seconds: float, channels: int
) -> None:
    path = write(tmp_path, seconds, channels=channels)
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    with AudioReader(path) as reader:
        for started in range(4):
            for _ in zip(range(started), reader.blocks()):
                pass  # an iteration that ends early
            assert np.array_equal(read(reader), expected)


def test_a_long_file_is_not_kept(tmp_path: Path) -> None:
    with AudioReader(write(tmp_path, 40)) as reader:
        for _ in reader.blocks():
            assert sum(block.nbytes for block, _ in reader._kept) <= 2**20


@pytest.mark.parametrize("damaged", [100, 30 * RATE])
def test_damaged_audio_is_refused_each_time_after_the_audio_before_it(tmp_path: Path, damaged: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.3, 40 * RATE).astype(np.float32)
    noise[damaged] = np.nan
    path = tmp_path / "x.wav"
    soundfile.write(path, noise, RATE, subtype="FLOAT")
    with AudioReader(path) as reader:
        lengths = []
        for _ in range(3):
            read_before = 0
            with pytest.raises(AudioNotFinite):
                for block, _ in reader.blocks():
                    read_before += len(block)
            lengths.append(read_before)
    assert lengths == [damaged // (10 * RATE) * 10 * RATE] * 3
