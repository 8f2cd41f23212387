"""Warnings about the files in `input/`, for the log of the task `plan` and for the report."""

from __future__ import annotations

from collections.abc import Sequence

from transcription.plan.download_conflicts import find_conflicts
from transcription.plan.file_selection import Selection

#: How many files a warning names.
_NAMED = 5


def warnings_about(selection: Selection) -> list[str]:
    """Return what people should know of the selected files, one sentence or a few for each subject."""
    warnings = []
    if archived := [refusal.item.key for refusal in selection.archived]:
        warnings.append(
            f"{len(archived)} recordings are archived and cannot be read. They stay in input/. Restore them first; "
            f"the next run takes them then: {_named(archived)}"
        )
    if conflicts := find_conflicts(selection.items):
        warnings.append(
            f"{len(conflicts)} recordings have the name of a folder with other recordings. They are transcribed, but a "
            "computer cannot hold a file and a folder of the same name, so a download of all transcripts fails. "
            f'docs/using.md, "Read the transcripts", has a download that works: {_named(conflicts)}'
        )
    return warnings


def _named(keys: Sequence[str]) -> str:
    return ", ".join(map(repr, keys[:_NAMED])) + (", …" if len(keys) > _NAMED else "")
