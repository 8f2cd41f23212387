"""The logs of the children that the local Batch has run."""

from __future__ import annotations

from pathlib import Path


def last_lines(state: Path) -> list[str]:
    """Return the last line of the log of each attempt, with the child and the attempt in front.

    The last line of a failed attempt says why the attempt failed. An empty log has no line.

    Args:
        state: The folder of the stack. The logs are `logs/batch/{job name}/{child}-{attempt}.log` in it.
    """
    logs = sorted((state / "logs" / "batch").rglob("*.log"))
    last_lines = [(log.stem, log.read_text(errors="replace").splitlines()[-1:]) for log in logs]
    return [f"child {child}: {line}" for child, lines in last_lines for line in lines]
