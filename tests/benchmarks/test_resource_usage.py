"""The measurement of commands counts everything that their processes use, and nothing twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.transcribing.peak_memory import PeakMemory
from benchmarks.transcribing.resource_usage import measure_transcription

MEGABYTES = 60
#: Two processes read the same mapped file, as engines do with a model. With "own", one holds as much of its own.
TWO_PROCESSES = f"""
import mmap, os, sys
file = open(sys.argv[1], "rb")
model = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
own = None if os.fork() else b"x" * ({MEGABYTES} * 10**6 if sys.argv[2] == "own" else 1)
sum(model[::4096])
os.write(1, b".")
sys.stdin.read()
"""
BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def python(script: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", script, *map(str, arguments)]


def peak(path: Path, kind: str) -> float:
    """Measure the peak of the two processes after both have read everything."""
    path.write_bytes(bytes(MEGABYTES * 10**6))
    command = python(TWO_PROCESSES, path, kind)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None and process.stdout is not None
        ready = process.stdout.read(1) + process.stdout.read(1)
        assert ready == b".."
        with PeakMemory(process.pid) as memory:
            pass  # it reads at least once
        process.stdin.close()
    return memory.megabytes


def test_a_model_that_two_processes_map_counts_once(tmp_path: Path) -> None:
    assert MEGABYTES < peak(tmp_path / "model", "shared") < 1.8 * MEGABYTES


def test_memory_of_a_process_that_another_one_started_counts(tmp_path: Path) -> None:
    assert 2 * MEGABYTES < peak(tmp_path / "model", "own") < 2.8 * MEGABYTES


def test_processor_time_of_all_processes_of_all_commands_counts() -> None:
    grandchild = python(
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True); print()"
    )
    usage = measure_transcription([python(f"{BUSY}\nprint()"), grandchild], files=2)
    assert usage.cpu_seconds >= 0.6
    assert usage.seconds >= 0.6


def test_a_command_that_fails_is_not_taken_for_a_fast_one() -> None:
    with pytest.raises(BenchmarkError, match=r"Exit code 3 of: .*\nbecause"):
        measure_transcription([python("import sys; print('because', file=sys.stderr); sys.exit(3)")], files=1)


def test_a_command_that_leaves_files_out_is_not_taken_for_a_fast_one() -> None:
    with pytest.raises(BenchmarkError, match="1 lines for 2 files"):
        measure_transcription([python("print('one')")], files=2)
