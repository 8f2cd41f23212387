"""The reasons that the children of a Batch job have recorded: why a file has no result, or why the child ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import PurePosixPath

from transcription.contract.errors import ObjectDenied, RecordInvalid
from transcription.contract.manifest import Failure, Item
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import Bucket
from transcription.shared.manifest_store import result_keys

log = logging.getLogger(__name__)


def find_readable[Record](bucket: Bucket, kind: type[Record], key: str) -> Record | None:
    """Return a record that only informs people, or None if it does not exist or cannot be read: log a warning then."""
    try:
        return bucket.find_record(kind, key)
    except (ObjectDenied, RecordInvalid) as error:
        log.warning("A record with reasons cannot be read: %s", error)
        return None


class RecordedReasons:
    """The recorded reasons of one job. A record that cannot be read counts as absent.

    The constructor lists the records, with one request per 1,000 of them.

    Args:
        bucket: the audio bucket.
        run: the name of the run.
        draft: the shard set of the job.
    """

    def __init__(self, bucket: Bucket, run: str, draft: str) -> None:
        self._bucket, self._keys, self._draft = bucket, RunKeys(run), draft
        self._listed = {entry.key for entry in bucket.list(self._keys.reasons(draft))}

    @property
    def children(self) -> list[int]:
        """The indexes of the children that have recorded why they ended."""
        return self._numbers(self._keys.child_reason)

    def of_child(self, index: int) -> Failure | None:
        """Return why a child ended, or None if it has recorded nothing."""
        reason = self._read(self._keys.child_reason(self._draft, index))
        return reason.failure if reason is not None else None

    def of_file(self, item: Item) -> Failure | None:
        """Return why a file has no result, or None if no child has recorded that."""
        reason = self._read(self._keys.file_reason(self._draft, item.number))
        return reason.failure if reason is not None and reason.item == item else None

    def of_unfinished_files(self, limit: int) -> tuple[list[Reason], int]:
        """Return the reasons of files without a result record.

        Args:
            limit: the number of reasons that are read at most.

        Returns:
            The reasons of the first files, and the number of all files with a reason.
        """
        numbers = self._numbers(self._keys.file_reason)
        if not numbers:
            return [], 0
        finished = set(result_keys(self._bucket, self._keys.run))
        unfinished = [number for number in numbers if self._keys.result(number) not in finished]
        reasons = [self._read(self._keys.file_reason(self._draft, number)) for number in unfinished[:limit]]
        return [reason for reason in reasons if reason is not None], len(unfinished)

    def _numbers(self, key_of: Callable[[str, int], str]) -> list[int]:
        """Return the numbers of the records whose keys `key_of` makes, in their order."""
        names = {PurePosixPath(key).stem for key in self._listed}
        numbers = sorted(int(name) for name in names if name.isdecimal())
        return [number for number in numbers if key_of(self._draft, number) in self._listed]

    def _read(self, key: str) -> Reason | None:
        return find_readable(self._bucket, Reason, key) if key in self._listed else None
