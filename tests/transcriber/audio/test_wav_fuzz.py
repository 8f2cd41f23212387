"""A damaged WAV header gives a coded error or all of the audio: no crash, no hang, no unnoticed loss."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.wav_files import RATE, wav, with_sizes
from tests.support.transcriber.wav_fuzz import MEMORY
from tests.support.transcriber.wav_mutations import mutants, seeds
from tests.support.transcriber.wav_oracle import promise

ROOT = Path(__file__).resolve().parents[3]
SEEDS = seeds()
#: The time limit for all mutants of a seed. A single mutant that hangs is ended much earlier.
SECONDS = 300
#: The seeds that Python's `wave` module can read: 8 to 32 bits, little-endian, a plain header.
PLAIN = ["8-bit", "16-bit", "24-bit", "32-bit", "stereo", "44-khz", "tags"]


#: A program that decodes a file and prints the number of samples and the growth of the process, in kilobytes.
DECODE = """
import sys
from pathlib import Path
from tests.support.transcriber.wav_files import RATE
from tests.support.transcriber.wav_fuzz import bound_memory, peak_memory
from transcriber.audio import audio_stream
before = bound_memory()
print(sum(len(block) for block in audio_stream.decode(Path(sys.argv[1]), RATE)), peak_memory() - before)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, which may crash."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "dags", ROOT / "transcriber_image")))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_to_a_header_crashes_hangs_or_loses_audio(name: str, tmp_path: Path) -> None:
    child = python("-m", "tests.support.transcriber.wav_fuzz", name, str(tmp_path))
    current = tmp_path / "current"
    assert child.returncode == 0, (
        f"crashed at: {current.read_text() if current.exists() else 'the start'}\n{child.stderr}"
    )
    report = json.loads(child.stdout)
    assert report["failures"] == []
    assert report["grown_kilobytes"] * 1024 < MEMORY
    # The mutants show both outcomes: some are refused, some are decoded.
    assert report["counts"]["audio"] > 100
    assert report["counts"]["AUDIO_CORRUPT"] > 100
    assert report["counts"]["AUDIO_TRUNCATED"] > 50


def test_there_are_more_than_ten_thousand_mutants() -> None:
    assert sum(1 for seed in SEEDS.values() for _ in mutants(seed)) > 10_000


@pytest.mark.parametrize("name", PLAIN)
def test_the_oracle_agrees_with_pythons_own_reader(name: str) -> None:
    promised = promise(SEEDS[name].data)
    with wave.open(BytesIO(SEEDS[name].data)) as reader:
        assert (reader.getnframes(), reader.getframerate()) == (promised.frames, promised.rate)


@pytest.mark.parametrize(
    ("rate", "channels", "seconds"), [(16000, 1, 3600), (1000, 1, 3600), (768_000, 2, 30), (8000, 1024, 30)]
)
def test_memory_does_not_grow_with_length_rate_or_channels(
    tmp_path: Path, rate: int, channels: int, seconds: int
) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav(np.zeros((1, channels), np.int16), rate))
    start = path.stat().st_size - 2 * channels
    path.write_bytes(with_sizes(path.read_bytes(), 0, 0))
    os.truncate(path, start + seconds * rate * channels * 2)
    child = python("-c", DECODE, str(path))
    assert child.returncode == 0, child.stderr
    samples, grown = map(int, child.stdout.split())
    assert samples == seconds * RATE
    assert grown * 1024 < MEMORY


def test_a_header_of_a_gigabyte_is_not_read_into_memory(tmp_path: Path) -> None:
    path, plain = tmp_path / "x.wav", wav(np.zeros(RATE, np.int16))
    path.write_bytes(plain[:16] + struct.pack("<I", 2**30) + plain[20:36])
    with path.open("r+b") as file:
        file.seek(20 + 2**30)
        file.write(plain[36:])
    child = python("-c", DECODE, str(path))
    assert child.returncode == 0, child.stderr
    assert child.stdout.split()[0] == str(RATE)
