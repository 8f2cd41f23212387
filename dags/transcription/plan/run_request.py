"""The request of one run: what the trigger form asks for."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract.options import Options


@dataclass(frozen=True)
class RunRequest:
    """What one run is asked to do."""

    options: Options
    #: Only files whose names below `input/` start with it are taken.
    prefix: str
    #: Whether files with a current transcript are transcribed again.
    force: bool
    #: Limit of the files that are taken or refused; None: no limit.
    max_files: int | None
    #: Whether the run ends with its plan.
    dry_run: bool
