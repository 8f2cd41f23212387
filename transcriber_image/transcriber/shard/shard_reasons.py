"""The reasons why files of a shard have no result, in the run's records, where the DAG and its report find them."""

from __future__ import annotations

import logging

from transcriber.shard.store import Store
from transcription.contract import records
from transcription.contract.errors import StorageDenied, TranscriptionError
from transcription.contract.manifest import Failure, Item
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys

log = logging.getLogger(__name__)


class ShardReasons:
    """The records of the reasons of one child. A record that S3 does not accept is logged and otherwise ignored.

    Args:
        store: the bucket.
        run: the name of the run.
        draft: the name of the shard set that belongs to the Batch job.
        index: the number of the shard, from 0.
    """

    def __init__(self, store: Store, run: str, draft: str, index: int) -> None:
        self._store = store
        self._keys = RunKeys(run)
        self._draft = draft
        self._index = index

    def write_for_file(self, item: Item, error: TranscriptionError) -> bool:
        """Write why a file has no result. Return whether S3 allows that."""
        key = self._keys.file_reason(self._draft, item.number)
        return self._write(key, Reason(Failure(error.code, error.message), item))

    def write_for_child(self, error: TranscriptionError) -> bool:
        """Write why the child ends before its files are done. Return whether S3 allows that."""
        key = self._keys.child_reason(self._draft, self._index)
        return self._write(key, Reason(Failure(error.code, error.message)))

    def _write(self, key: str, reason: Reason) -> bool:
        try:
            self._store.write(key, records.dump(reason), "application/json")
        except TranscriptionError as error:
            log.warning("The reason %s was not recorded: %s", reason.failure.code, error)
            return not isinstance(error, StorageDenied)
        return True
