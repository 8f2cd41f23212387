"""The log of an attempt: a file for people, and a CloudWatch stream for programs."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from moto.logs.models import LogsBackend


class AttemptLog:
    """The log of one attempt. A context manager: the log is complete when the block ends."""

    def __init__(self, path: Path, backend: LogsBackend, group: str, stream: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Appends, because a job that is submitted again under its old name writes to the same file.
        self._file = path.open("ab", buffering=0)
        self._backend, self._group, self._stream = backend, group, stream
        self._unfinished_line = b""
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)

    def write(self, chunk: bytes) -> None:
        """Write output to the file, and its complete lines to CloudWatch."""
        self._file.write(chunk)
        *lines, self._unfinished_line = (self._unfinished_line + chunk).split(b"\n")
        self._put(lines)

    def _put(self, lines: list[bytes]) -> None:
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line.decode("utf-8", "replace")} for line in lines if line]
        self._backend.put_log_events(self._group, self._stream, events)

    def __enter__(self) -> AttemptLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put([self._unfinished_line])
        self._file.close()
