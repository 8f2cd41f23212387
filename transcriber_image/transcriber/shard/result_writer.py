"""A writer of transcripts and result records, which works in the background while other files are transcribed."""

from __future__ import annotations

import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Optional

from transcriber.engines.engine import EngineDescription
from transcriber.shard import metrics
from transcriber.shard.input_downloads import InputFile
from transcriber.shard.listening_files import write_listening_files
from transcriber.shard.recordings import RecordingResult
from transcriber.shard.result_record import make_result
from transcriber.shard.shard_log import ShardLog, summary
from transcriber.shard.shard_reasons import ShardReasons
from transcriber.shard.store import Store
from transcriber.shard.transcript_files import write_transcript
from transcription.contract.errors import (
    InputError,
    InputLeft,
    ObjectDenied,
    ShardIncomplete,
    StorageDenied,
    StorageFailed,
    TranscriptionError,
)
from transcription.contract.manifest import Shard
from transcription.contract.result import Listening, Output, Result

#: How many files are written at a time.
_WRITES = 4
#: How many files may be unwritten or half written. Their transcripts are in memory.
_UNWRITTEN = 16
#: How many unfinished files the last message names.
_NAMED = 20
#: After this many refused transcripts and no written one, the child ends: it would transcribe the other files in vain.
_REFUSED = 5


class ResultWriter:
    """A writer of the transcripts of each file, and then of the result record that commits them.

    Call the methods from one thread. If S3 refuses a file, or S3, the disk or the engine fails for it, the file gets no
    result record, so that a later attempt transcribes it. Its reason is recorded instead.

    Args:
        store: the bucket.
        shard: the shard to which the files belong.
        engine: the description of the engine that transcribes them.
        reasons: the records of the reasons why files have no result.
    """

    def __init__(self, store: Store, shard: Shard, engine: EngineDescription, reasons: ShardReasons) -> None:
        self._store = store
        self._shard = shard
        self._engine = engine
        self._reasons = reasons
        self._threads = ThreadPoolExecutor(_WRITES, "upload")
        self._unwritten: set[Future[None]] = set()
        self._log = ShardLog(len(shard.items))
        self._undone: list[str] = []
        #: The keys of the files for which S3 refused to write something, and whether it accepted any transcript.
        self._refused: list[str] = []
        self._has_written = False

    def close(self) -> None:
        """Wait until all files that were added are written. Report no failures; `complete` does so."""
        self._threads.shutdown()

    def add(self, file: InputFile, recording: Optional[RecordingResult] = None) -> None:
        """Write the transcripts and the result record of a file in the background.

        If too many files are unwritten, wait first until one of them is written.

        Args:
            file: the file.
            recording: the result of transcribing the file, or `None` if it was not downloaded.

        Raises:
            StorageDenied: S3 refuses everything that is written.
        """
        timeout = None if len(self._unwritten) >= _UNWRITTEN else 0
        self._raise_errors(*wait(self._unwritten, timeout, FIRST_COMPLETED))
        self._unwritten.add(self._threads.submit(self._finish, file, recording))

    def complete(self) -> None:
        """Wait until all files that were added are written, and check that they are done.

        Raises:
            StorageDenied: S3 refuses everything that is written.
            ShardIncomplete: S3 refused some files, or S3, the disk or the engine failed for them. The others are done.
        """
        self._raise_errors(*wait(self._unwritten))
        if self._undone:
            raise ShardIncomplete(
                f"{len(self._undone)} of {len(self._shard.items)} files are not done; the lines above say why: "
                f"{', '.join(self._undone[:_NAMED])}{' …' * (len(self._undone) > _NAMED)}"
            )

    def _raise_errors(self, written: set[Future[None]], unwritten: set[Future[None]]) -> None:
        self._unwritten = unwritten
        for future in written:
            future.result()

    def _finish(self, file: InputFile, recording: Optional[RecordingResult]) -> None:
        if file.is_done:
            self._log.finish(file.item, "was done before")
            return
        error = file.error if recording is None else recording.error
        if isinstance(error, InputLeft) and file.was_done_with_others:
            # The record of the earlier attempt stays: its transcript was verified and the input moved away.
            self._log.finish(file.item, "cannot be read from input/ any more; its earlier result stays")
            return
        if error is not None and not isinstance(error, (InputError, InputLeft)):
            self._give_up(file, error)
            return
        try:
            result = self._write(file, recording, error)
        except StorageFailed as fault:
            self._give_up(file, fault)
        except ObjectDenied as refusal:
            self._refused.append(file.item.key)
            may_record = self._give_up(file, refusal)
            if not may_record or (len(self._refused) >= _REFUSED and not self._has_written):
                raise StorageDenied(f"S3 refuses everything that is written. {refusal.message}") from refusal
        else:
            if result.outputs:
                self._has_written = True
            self._log.finish(file.item, summary(result))
            metrics.put_result(self._store.bucket, result)

    def _give_up(self, file: InputFile, fault: TranscriptionError) -> bool:
        """Note that a file is not done, and record why. Return whether S3 allows the record."""
        self._undone.append(file.item.key)
        self._log.finish(file.item, f"not done: {fault}", logging.WARNING)
        metrics.put_fault(self._store.bucket, fault)
        return self._reasons.write_for_file(file.item, fault)

    def _write(
        self, file: InputFile, recording: Optional[RecordingResult], error: Optional[TranscriptionError]
    ) -> Result:
        """Write the transcripts of a file, if it has any, and what a page needs to play it, and then the result record.

        Return the record.
        """
        outputs: tuple[Output, ...] = ()
        listening = Listening()
        if recording is not None and recording.transcript is not None:
            listening = write_listening_files(self._store, file, recording.listening)
            transcript = replace(recording.transcript, listening=listening)
            outputs = write_transcript(self._store, self._shard, self._engine, file, transcript)
        result = make_result(
            file,
            self._shard.options,
            self._engine,
            recording=recording,
            error=error,
            outputs=outputs,
            listening=listening,
        )
        self._store.commit(self._shard.run, result)
        return result
