"""The version of Airflow that wrote the history in a home folder: its runs and their logs."""

from __future__ import annotations

from pathlib import Path


def version(home: Path) -> str:
    """Return the version; empty if the folder holds no history."""
    try:
        return _file(home).read_text()
    except FileNotFoundError:
        return ""


def begin(home: Path, new_version: str) -> None:
    """Note the version of a new history, after its database was created."""
    _file(home).write_text(new_version)


def _file(home: Path) -> Path:
    return home / "history-of-airflow"
