"""The log of an attempt: a file for people, and a CloudWatch log stream for programs."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from moto.logs.models import LogsBackend


class AttemptLog:
    """The log of one attempt. Use it as a context manager: the log is complete when the block ends.

    Args:
        path: the log file. Its folder is created.
        backend: moto's CloudWatch Logs.
        group: the name of the log group. The group is created if it does not exist.
        stream: the name of the log stream. The stream is created if it does not exist.
    """

    def __init__(self, path: Path, backend: LogsBackend, group: str, stream: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Append, because a second job with the same name writes to the same file.
        self._file = path.open("ab", buffering=0)
        self._backend, self._group, self._stream = backend, group, stream
        self._unfinished_line = b""
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)

    def write(self, chunk: bytes) -> None:
        """Write output to the file, and write the complete lines to CloudWatch."""
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
