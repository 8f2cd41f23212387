"""Any damage to a WAV header ends in a coded failure or in all of the audio: no crash, no hang, no quiet loss."""

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
#: For all mutants of a seed; a mutant that hangs is ended long before.
SECONDS = 300
#: What Python's own reader opens: 8 to 32 bits, little-endian, a plain header.
PLAIN = ["8-bit", "16-bit", "24-bit", "32-bit", "stereo", "44-khz", "tags"]


#: Decodes a file, and prints how many samples came and by how many kilobytes that made the process larger.
DECODE = """
import sys
from pathlib import Path
from tests.transcriber.fuzz import bound_memory, peak_memory
from tests.transcriber.sounds import RATE
from transcriber import audio
before = bound_memory()
print(sum(len(block) for block in audio.decode(Path(sys.argv[1]), RATE)), peak_memory() - before)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, which may die."""
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
    now = tmp_path / "now"
    assert child.returncode == 0, f"died at: {now.read_text() if now.exists() else 'the start'}\n{child.stderr}"
    report = json.loads(child.stdout)
    assert report["failures"] == []
    assert report["grown_kilobytes"] * 1024 < MEMORY
    # The mutants reach both ends: what is refused, and what is taken all the same.
    assert report["counts"]["audio"] > 100
    assert report["counts"]["AUDIO_CORRUPT"] > 100
    assert report["counts"]["AUDIO_TRUNCATED"] > 50


def test_the_fuzz_is_as_large_as_it_is_said_to_be() -> None:
    assert sum(1 for seed in SEEDS.values() for _ in mutants(seed)) > 10_000


@pytest.mark.parametrize("name", PLAIN)
def test_the_oracle_agrees_with_pythons_own_reader(name: str) -> None:
    promised = promise(SEEDS[name].data)
    with wave.open(BytesIO(SEEDS[name].data)) as reader:
        assert (reader.getnframes(), reader.getframerate()) == (promised.frames, promised.rate)


@pytest.mark.parametrize(
    ("rate", "channels", "seconds"), [(16000, 1, 3600), (1000, 1, 3600), (768_000, 2, 30), (8000, 1024, 30)]
)
def test_memory_is_the_same_for_any_length_rate_and_number_of_channels(
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
