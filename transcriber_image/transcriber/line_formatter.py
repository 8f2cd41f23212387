"""The format of the container's log: one line for each message."""

from __future__ import annotations

import logging

from transcription.contract.log_text import printable


class LineFormatter(logging.Formatter):
    """A formatter that writes only the message of a log record, on one line. Control characters are escaped.

    The lines of a traceback start with `| `, so that CloudWatch takes none of them for a metric.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base class
        """Return the message of a record as one line."""
        return printable(record.message)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name of the base class
        """Return the traceback of an exception, with `| ` before each line."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join(f"| {printable(line)}" for line in lines)
