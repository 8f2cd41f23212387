"""What came of a shard's files: transcripts and records, written in the background, and a line of the log for each."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from types import TracebackType
from typing import Optional

from transcriber.engines.engine import Engine
from transcriber.shard import metrics
from transcriber.shard.inputs import Input
from transcriber.shard.recordings import Outcome
from transcriber.shard.store import Store
from transcriber.text.subtitles import CONTENT_TYPES, render
from transcriber.text.transcript import Provenance, Transcript
from transcription.contract import keys
from transcription.contract.errors import (
    DiskFailed,
    EngineFailed,
    InputError,
    InputMoved,
    ShardIncomplete,
    StorageFailed,
    TranscriptionError,
)
from transcription.contract.manifest import Failure, Shard
from transcription.contract.result import FAILED, LEFT, TRANSCRIBED, Output, Result

log = logging.getLogger(__name__)

#: Files that are written at a time, and those that wait for it too: their transcripts are held in memory.
_WRITES = 4
_WAITING = 16
#: How many files the last message names.
_SHOWN = 20


class Outputs(AbstractContextManager["Outputs"]):
    """Writes transcripts, then the records that commit them.

    What is being written or waits for it when it is left as a context is written to its end.
    """

    def __init__(self, store: Store, shard: Shard, engine: Engine) -> None:
        self._store = store
        self._shard = shard
        self._engine = engine
        self._threads = ThreadPoolExecutor(_WRITES, "upload")
        self._waiting: set[Future[None]] = set()
        self._lock = threading.Lock()
        self._finished = 0
        self._undone: list[str] = []

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Come to an end."""
        self._threads.shutdown()

    def add(self, source: Input, outcome: Optional[Outcome] = None) -> None:
        """Write what came of a file, soon; without `outcome` what `source` says of it.

        Raises:
            StorageDenied: S3 did not let us write this file's transcript or an earlier one's.
        """
        patience = None if len(self._waiting) >= _WAITING else 0
        self._check(*wait(self._waiting, patience, FIRST_COMPLETED))
        self._waiting.add(self._threads.submit(self._finish, source, outcome))

    def complete(self) -> None:
        """Wait until everything is written.

        Raises:
            StorageDenied: S3 did not let us.
            ShardIncomplete: S3 or the engine failed for some files; the others are done.
        """
        self._check(*wait(self._waiting))
        if self._undone:
            raise ShardIncomplete(
                f"{len(self._undone)} of {len(self._shard.items)} files are not done; the lines above say why: "
                f"{', '.join(self._undone[:_SHOWN])}{' …' * (len(self._undone) > _SHOWN)}"
            )

    def _check(self, done: set[Future[None]], others: set[Future[None]]) -> None:
        self._waiting = others
        for each in done:
            each.result()

    def _finish(self, source: Input, outcome: Optional[Outcome]) -> None:
        if source.is_done:
            self._say(source, "was done before")
            return
        error = source.error if outcome is None else outcome.error
        try:
            if isinstance(error, InputMoved) and source.was_done_with_others:
                self._say(source, "is gone from input/ and stays as it was")
                return
            if error is not None and not isinstance(error, (InputError, InputMoved)):
                raise error
            result = self._write(source, outcome, error)
            self._store.commit(self._shard.run, result)
        except (StorageFailed, DiskFailed, EngineFailed) as fault:
            self._undone.append(source.item.key)
            self._say(source, f"not done: {fault}", logging.WARNING)
            metrics.put_fault(self._store.bucket, fault)
        else:
            self._say(source, _summary(result))
            metrics.put_result(self._store.bucket, result)

    def _write(self, source: Input, outcome: Optional[Outcome], error: Optional[TranscriptionError]) -> Result:
        """Write the transcripts of a file, if it has any; returns the record that commits them."""
        transcript = outcome.transcript if outcome else None
        outputs = self._write_transcripts(source, transcript) if transcript else ()
        engine = self._engine.description
        return Result(
            item=source.item,
            status=LEFT if isinstance(error, InputMoved) else FAILED if error else TRANSCRIBED,
            options=self._shard.options,
            model=engine.model,
            engine=engine.name,
            engine_note=engine.note,
            finished=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            wall_seconds=round(time.monotonic() - source.begun, 3),
            audio=outcome.audio if outcome else None,
            outputs=outputs,
            words=len(transcript.words) if transcript else 0,
            confidence=transcript.confidence if transcript else None,
            unsure_words=transcript.unsure_words(self._shard.options.low_confidence) if transcript else 0,
            cpu_seconds=round(outcome.cpu_seconds, 3) if outcome else 0.0,
            no_speech=transcript.no_speech if transcript else False,
            failure=Failure(error.code, error.message) if error else None,
        )

    def _write_transcripts(self, source: Input, transcript: Transcript) -> tuple[Output, ...]:
        """Write what was asked for; the JSON last, because it is what tells a later run that all of it is there."""
        name, options = keys.name_of(source.item.key), self._shard.options
        engine = self._engine.description
        provenance = Provenance(
            source.item, source.sha256, engine.model, options, self._shard.recipe, engine.decoder, engine.name
        )
        return (
            self._store.write(keys.transcript(name), transcript.as_text(), "text/plain; charset=utf-8"),
            *(
                self._store.write(keys.subtitles(name, each), render(transcript, each), CONTENT_TYPES[each])
                for each in options.formats
            ),
            self._store.write(keys.transcript_json(name), transcript.as_json(provenance), "application/json"),
        )

    def _say(self, source: Input, text: str, level: int = logging.INFO) -> None:
        """One line of the log for each file that is finished."""
        with self._lock:
            self._finished += 1
            log.log(level, "%d/%d %s %s", self._finished, len(self._shard.items), source.item.key, text)


def _summary(result: Result) -> str:
    """For the log: what became of a file."""
    if result.failure:
        return f"{result.status} {result.failure.code}: {result.failure.message}"
    assert result.audio is not None, "what is transcribed has audio"  # noqa: S101 - for mypy
    seconds = result.audio.seconds
    heard = "no speech" if result.no_speech else f"{result.words} words, confidence {result.confidence:.2f}"
    return f"{seconds:.1f} s of audio (RTF {result.cpu_seconds / seconds:.2f}, {result.wall_seconds:.1f} s) {heard}"
