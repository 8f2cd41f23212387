"""The recordings of the newest runs, those with the most unsure words first.

S3 lists objects by name only. A record of a run has the figures of 1,000 files, so five requests are enough to order
the recordings of several runs, in all folders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.run_history import Run, newest_runs
from transcript_pages.run_records import RunFile, files_of_run

#: Number of recordings on a page.
PAGE = 100
#: Number of records that are read. Each run with audio has at least one.
RECORDS = 5


@dataclass(frozen=True)
class UnsureRecording:
    """A recording with its figures, and the newest run that transcribed it."""

    file: RunFile
    run: Run


@dataclass(frozen=True)
class UnsurePage:
    """A page of the recordings in the order of their unsure words."""

    recordings: Sequence[UnsureRecording]
    #: Number of recordings on all pages, and of the runs in whose records they are.
    count: int
    runs: int
    #: Whether the records name all files of these runs.
    is_complete: bool
    #: Whether there is another page.
    has_next: bool


def list_unsure(bucket: AudioBucket, prefix: str, page: int) -> UnsurePage:
    """List the recordings of the newest runs whose names start with `prefix`. This needs up to five requests to S3.

    The figures are those of the machine's transcript, before a correction.

    Args:
        bucket: the bucket.
        prefix: the start of the names, with folders.
        page: the number of the page, from 0.
    """
    records, is_complete = _newest_records(bucket)
    recordings: dict[str, UnsureRecording] = {}
    for run, files in records:
        for file in files:
            if file.has_transcript and file.name and file.name.startswith(prefix):
                recordings.setdefault(file.name, UnsureRecording(file, run))
    ordered = sorted(recordings.values(), key=lambda recording: -(recording.file.unsure_words or 0))
    start, stop = page * PAGE, (page + 1) * PAGE
    runs = len({run.run_id for run, _ in records})
    return UnsurePage(ordered[start:stop], len(ordered), runs, is_complete, stop < len(ordered))


def _newest_records(bucket: AudioBucket) -> tuple[list[tuple[Run, list[RunFile]]], bool]:
    """Return the files in the records of the newest runs, with their run, and whether these are all of its files."""
    records: list[tuple[Run, list[RunFile]]] = []
    for run in newest_runs(RECORDS, with_audio=True):
        page, pages = 0, 1
        while page < pages:
            if len(records) == RECORDS:
                return records, page == 0
            files, pages = files_of_run(bucket, run.name, page)
            records.append((run, files))
            page += 1
    return records, True
