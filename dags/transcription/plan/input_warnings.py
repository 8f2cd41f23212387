"""Warnings about the files in `input/`, for the log of the task `plan` and for the report."""

from __future__ import annotations

from transcription.contract.log_text import first_named
from transcription.plan.download_conflicts import find_conflicts
from transcription.plan.file_selection import Selection


def warnings_about(selection: Selection) -> list[str]:
    """Return what people should know of the selected files, one sentence or a few for each subject."""
    warnings = []
    if archived := [refusal.item.key for refusal in selection.archived]:
        warnings.append(
            f"{len(archived)} recordings are archived and cannot be read. They stay in input/. Restore them first; "
            f"the next run takes them then: {first_named(archived, len(archived))}"
        )
    if conflicts := find_conflicts(selection.items):
        named = first_named(conflicts, len(conflicts))
        warnings.append(
            f"{len(conflicts)} recordings have the name of a folder with other recordings. They are transcribed, but a "
            "computer cannot hold a file and a folder of the same name, so a download of all transcripts fails. "
            f'docs/using.md, "Read the transcripts", has a download that works: {named}'
        )
    return warnings
