"""The reasons why planned files have no result record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock

from transcription.contract.errors import ResultMissing
from transcription.contract.manifest import Failure, Item, Plan, Shard
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import CONCURRENCY, Bucket
from transcription.shared.job_record import Job
from transcription.shared.recorded_reasons import RecordedReasons, find_readable


class MissingResults:
    """The reasons why files of a run have no result record. Safe to use from many threads.

    Nothing is read before the first file without a result. Then S3 gets one request for the record of the run's job,
    one for every 1,000 recorded reasons, and up to two for each child that failed; and one for each file with a reason
    of its own.

    Args:
        bucket: the audio bucket.
        plan: the run's plan.
    """

    def __init__(self, bucket: Bucket, plan: Plan) -> None:
        self._bucket, self._plan, self._keys = bucket, plan, RunKeys(plan.run)
        self._lock = Lock()

    def explain(self, item: Item) -> Failure:
        """Return why a file has no result.

        The first reason counts that exists: the one that the container recorded for the file, the one that it recorded
        for the end of the whole child, Batch's reason for the end of the child, Batch's reason for the end of the job.
        """
        with self._lock:
            by_child = self._by_child
        return self._recorded.of_file(item) or by_child.get(item.number) or self._unexplained()

    @cached_property
    def _job(self) -> Job | None:
        return find_readable(self._bucket, Job, self._keys.job)

    @property
    def _draft(self) -> str:
        """The shard set of the run's newest job. Records of release 0.2 do not name it."""
        return (self._job.draft if self._job else "") or self._plan.draft

    @cached_property
    def _recorded(self) -> RecordedReasons:
        return RecordedReasons(self._bucket, self._plan.run, self._draft)

    @cached_property
    def _by_child(self) -> dict[int, Failure]:
        """Why the child of a file ended, by the number of the file, for the children that failed."""
        reasons = {child.index: child.reason for child in self._job.failed} if self._job else {}
        failed = sorted({*reasons, *self._recorded.children})

        def explain_files_of(index: int) -> dict[int, Failure]:
            failure = self._recorded.of_child(index)
            if failure is None and index in reasons:
                message = f"No child wrote a result for this file, because its child failed: {reasons[index]}."
                failure = Failure(ResultMissing.code, message)
            shard = find_readable(self._bucket, Shard, self._keys.shard(self._draft, index)) if failure else None
            return {item.number: failure for item in shard.items} if shard and failure else {}

        with ThreadPoolExecutor(CONCURRENCY) as pool:
            return {number: why for files in pool.map(explain_files_of, failed) for number, why in files.items()}

    def _unexplained(self) -> Failure:
        message = "No child wrote a result for this file."
        if self._job and self._job.reason:
            message += f" AWS Batch's reason for the end of the job: {self._job.reason}."
        return Failure(ResultMissing.code, message)
