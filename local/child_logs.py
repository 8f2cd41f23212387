"""The logs of the children that the local Batch has run."""

from __future__ import annotations

from pathlib import Path


def last_lines(state: Path) -> list[str]:
    """Return the last line of the log of each attempt of a child; after a failure it says why the child failed.

    Args:
        state: the folder of the stack, with the logs as `logs/batch/{job name}/{child}-{attempt}.log`.
    """
    logs = sorted((state / "logs" / "batch").rglob("*.log"))
    last_lines = [(log.stem, log.read_text(errors="replace").splitlines()[-1:]) for log in logs]
    return [f"child {child}: {line}" for child, lines in last_lines for line in lines]
