"""The answers of Airflow's web server: how long they take, and how much memory the server needs."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from benchmarks.errors import BenchmarkError

#: How long an answer may take, in seconds.
_LIMIT = 60
#: Number of lines of a log that explain an error.
_LINES = 60


@dataclass(frozen=True)
class Times:
    """How long the answers to repeated requests took, in milliseconds."""

    median: float
    slowest: float


@contextmanager
def explained_by(log: Path) -> Iterator[None]:
    """Add the end of a log to a BenchmarkError that the block raises.

    Raises:
        BenchmarkError: The block raised one.
    """
    try:
        yield
    except BenchmarkError as error:
        lines = log.read_text(errors="replace").splitlines()[-_LINES:]
        raise BenchmarkError("\n".join([str(error), *lines])) from error


def open_page(client: httpx.Client, path: str) -> httpx.Response:
    """Open a page.

    Raises:
        BenchmarkError: The page did not open.
    """
    response = client.get(path, timeout=_LIMIT)
    if response.status_code != httpx.codes.OK:
        raise BenchmarkError(f"{path} answers {response.status_code}: {response.text[:300]}")
    return response


def measure(client: httpx.Client, paths: Sequence[str], repetitions: int) -> Times:
    """Open each page `repetitions` times, one after the other, and return how long all answers took."""
    milliseconds = []
    for _ in range(repetitions):
        for path in paths:
            begun = time.perf_counter()
            open_page(client, path)
            milliseconds.append((time.perf_counter() - begun) * 1000)
    return Times(statistics.median(milliseconds), max(milliseconds))


@contextmanager
def busy(clients: Sequence[httpx.Client], paths: Sequence[str]) -> Iterator[None]:
    """Let each client open the pages again and again, at least once, until the block ends.

    Raises:
        BenchmarkError: A page did not open.
    """
    is_over, problems = threading.Event(), list[BenchmarkError]()

    def work(client: httpx.Client) -> None:
        while True:
            for path in paths:
                try:
                    open_page(client, path)
                except BenchmarkError as error:
                    problems.append(error)
                    return
            if is_over.is_set():
                return

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    if problems:
        raise problems[0]


def megabytes(pid: int) -> float:
    """Return the memory of a process and all its child processes, in MiB."""
    return float(sum(process.memory_info().rss for process in _family(pid))) / 1024**2


def processor_milliseconds(pid: int) -> float:
    """Return the processor time of a process and all its child processes since they started."""
    return 1000 * float(sum(sum(process.cpu_times()[:2]) for process in _family(pid)))  # as user and in the kernel


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
