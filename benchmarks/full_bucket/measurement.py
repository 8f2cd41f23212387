"""The time and memory of a task, measured from inside its own process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """The time and memory of a task that handled some files."""

    files: int
    seconds: float
    #: The processor time of all threads of the process.
    processor_seconds: float
    #: The most memory that the process used, in MiB.
    megabytes: float
    #: The most memory that the process used before the task began, in MiB: Python, Airflow and boto3.
    megabytes_before: float

    def as_json(self) -> str:
        """Return the measurement as one line of JSON, which the parent process reads."""
        return json.dumps(asdict(self))


def measure(task: Callable[[], int]) -> Measurement:
    """Measure a task.

    Args:
        task: Runs the task, and returns how many files it handled.
    """
    before = peak_megabytes()
    begun, processor_begun = time.monotonic(), time.process_time()
    files = task()
    return Measurement(files, time.monotonic() - begun, time.process_time() - processor_begun, peak_megabytes(), before)


def peak_megabytes() -> float:
    """Return the most memory that this process has used so far, in MiB.

    `getrusage` would not do: its maximum includes the memory of the parent at the moment when it started the process.
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024  # in KiB, proc(5)
