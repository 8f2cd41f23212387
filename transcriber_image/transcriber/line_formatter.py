"""The format of the container's log: one line for each message."""

from __future__ import annotations

import logging

from transcription.contract.log_text import printable


class LineFormatter(logging.Formatter):
    """Formats a record as its message, with control characters escaped, so that it stays one line.

    The lines of a traceback start with `| `, so that CloudWatch takes none of them for a metric.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base class
        """Return the message as one line."""
        return printable(record.message)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name of the base class
        """Return the traceback."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join(f"| {printable(line)}" for line in lines)
