"""The storage of outcomes in S3, in pages of up to 1,000 files.

A task that is killed leaves whole pages, and its next attempt continues after them. A cleared task writes all pages
again, because people clear a task after they have changed something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from transcription.contract.errors import RecordMissing
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.shared.bucket import Bucket


@dataclass(frozen=True)
class Table:
    """The pages that one task writes: where they are, and the name of the task."""

    #: Returns the key of a page.
    key: Callable[[int], str]
    #: The key of the record with all outcomes that release 0.2 wrote.
    old_key: str
    writer: str


def verdicts(run: str) -> Table:
    """Return the place of the outcomes after verification."""
    keys = RunKeys(run)
    return Table(keys.verdicts, keys.all_verdicts, "verify_transcripts")


def moves(run: str) -> Table:
    """Return the place of the outcomes after moving."""
    keys = RunKeys(run)
    return Table(keys.moves, keys.all_moves, "move_to_processed")


class PageReader:
    """The pages that a task has written.

    Args:
        bucket: the audio bucket.
        table: the place of the pages.

    Raises:
        RecordMissing: the task has written no page.
    """

    def __init__(self, bucket: Bucket, table: Table) -> None:
        self._bucket, self._table = bucket, table
        # Only a run from before an update lacks page 0, so no other run needs the second request.
        first = bucket.find_record(Outcomes, table.key(0)) or bucket.find_record(Outcomes, table.old_key)
        self._first = first or bucket.read_record(Outcomes, table.key(0), table.writer)
        self.generation = self._first.generation
        self.pages = self._first.pages or 1
        self.planned = self._first.planned or len(self._first.files)

    def read(self, page: int) -> Outcomes:
        """Return a page.

        Raises:
            RecordMissing: the task was ended before it wrote this page.
        """
        if page == 0:
            return self._first
        key, writer = self._table.key(page), self._table.writer
        outcomes = self._bucket.read_record(Outcomes, key, writer)
        if outcomes.generation != self.generation:
            raise RecordMissing(
                f"{self._bucket.uri(key)} was not written again, because the task {writer} did not end. "
                f"Clear the task {writer} and those after it."
            )
        return outcomes

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the outcomes of all pages. One page is in memory at a time."""
        for page in range(self.pages):
            yield from self.read(page).files


class PageWriter:
    """The pages that a task writes, one after the other.

    Args:
        bucket: the audio bucket.
        table: the place of the pages.
        template: a page without files: what all pages have in common.
    """

    def __init__(self, bucket: Bucket, table: Table, template: Outcomes) -> None:
        self._bucket, self._table, self._template = bucket, table, template
        self._has_next = True

    def find(self, page: int) -> Outcomes | None:
        """Return a page that an earlier attempt of the task has written.

        Ask for all pages in their order. After the first page that does not exist, no further request is sent.

        Returns:
            The page, or None if no attempt has written the page since the task was cleared.
        """
        written = self._bucket.find_record(Outcomes, self._table.key(page)) if self._has_next else None
        self._has_next = written is not None and written.generation == self._template.generation
        return written if self._has_next else None

    def write(self, page: int, outcomes: tuple[Outcome, ...], texts: tuple[str, ...] | None) -> None:
        """Write a page, with the keys of the parts that have the texts of its files."""
        self._bucket.write_record(self._table.key(page), replace(self._template, files=outcomes, texts=texts))
