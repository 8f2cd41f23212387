"""The verification of a run: its manifest is compared with the result records and transcripts in the bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched

from transcription.contract import keys, result
from transcription.contract.errors import (
    InputTaken,
    ObjectDenied,
    RecordInvalid,
    ResultMissing,
    TranscriptionError,
    TranscriptUnverified,
)
from transcription.contract.manifest import Failure, Item, Plan
from transcription.contract.result import Result
from transcription.contract.run_keys import RunKeys
from transcription.finish import outcome_pages
from transcription.finish.missing_results import MissingResults
from transcription.finish.outcome_pages import PageWriter
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome, Outcomes
from transcription.finish.texts import TextWriter
from transcription.plan.existing_transcripts import read_transcript
from transcription.shared import transcript_check
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket
from transcription.shared.file_progress import FileProgress
from transcription.shared.manifest_store import read_done, read_items, result_keys
from transcription.shared.moved_inputs import is_moved

#: The outcome of a file, and the text of its transcript; None without a verified transcript.
type Verdict = tuple[Outcome, str | None]


def verify(bucket: Bucket, plan: Plan, clearing: int) -> None:
    """Compare the manifest with the result records and the transcripts in the bucket, and write outcomes and texts.

    There is one outcome per planned file in the order of the manifest, including refused files and files that an
    earlier run transcribed. A file has the status `MISSING` if S3 refuses its result record or one of its transcripts,
    and the status `LEFT` if a newer run moved it before this run had a result.

    After the task was killed, the next attempt continues: in pages that exist, it verifies only missing files, because
    another job of the run may have transcribed them.

    The texts are written for the search, which would otherwise need a request for each transcript.

    Args:
        bucket: the audio bucket.
        plan: the run's plan.
        clearing: a number that differs for each clearing of the task, and is the same for all attempts in between.

    Raises:
        StorageDenied: S3 refuses the bucket, the credentials, every request, or a part of the manifest.
        RecordMissing: a part of the manifest does not exist.
    """
    planned = _PlannedFiles.read(bucket, plan)
    pages = list(batched(planned.items, PAGE)) or [()]
    template = Outcomes(plan.run, (), f"{plan.draft}-{clearing}", len(pages), len(planned.items))
    writer = PageWriter(bucket, outcome_pages.verdicts(plan.run), template)
    texts = TextWriter(bucket, plan.run, template.generation)
    progress = FileProgress("verified", len(planned.items))
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for page, items in enumerate(pages):
            written = writer.find(page)
            known = {outcome.item: outcome for outcome in _files(written) if outcome.status != MISSING}
            progress.skip(len(known))
            # One page at a time, because a pool makes an object for every file that waits.
            for item, (outcome, text) in planned.verify_all([item for item in items if item not in known], pool):
                known[item] = outcome
                if text is not None:
                    texts.add(item, text)
                progress.count()
            outcomes = tuple(known[item] for item in items)
            parts = texts.end_page()
            if written is None or outcomes != written.files:
                writer.write(page, outcomes, _all_parts(written, parts))


def _files(page: Outcomes | None) -> tuple[Outcome, ...]:
    return page.files if page else ()


def _all_parts(written: Outcomes | None, parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the parts with the texts of a page of which an earlier attempt has perhaps verified some files."""
    if written is None:
        return parts
    return None if written.texts is None else (*written.texts, *parts)


@dataclass(frozen=True)
class _PlannedFiles:
    """The planned files of a run, and what is known of them before their transcripts are read."""

    bucket: Bucket
    plan: Plan
    #: All planned files in the order of the manifest.
    items: list[Item]
    #: The numbers of the files that an earlier run transcribed.
    done: set[int]
    #: The outcomes of refused and archived files, by the file's number.
    settled: dict[int, Outcome]
    #: The keys of all result records that exist.
    recorded: set[str]
    #: Why files have no result record.
    missing: MissingResults

    @classmethod
    def read(cls, bucket: Bucket, plan: Plan) -> _PlannedFiles:
        """Read the manifest, and list the result records."""
        done = read_done(bucket, plan)
        settled = [Outcome(refusal.item, result.FAILED, refusal.failure) for refusal in plan.refused]
        settled += [Outcome(refusal.item, result.LEFT, refusal.failure) for refusal in plan.archived]
        not_given = [outcome.item for outcome in settled]
        items = sorted((*read_items(bucket, plan), *done, *not_given), key=lambda item: item.number)
        return cls(
            bucket,
            plan,
            items,
            {item.number for item in done},
            {outcome.item.number: outcome for outcome in settled},
            set(result_keys(bucket, plan.run)),
            MissingResults(bucket, plan),
        )

    def verify_all(self, items: Sequence[Item], pool: Executor) -> Iterator[tuple[Item, Verdict]]:
        """Yield some of the planned files with their outcomes and texts."""
        return zip(items, pool.map(self._verify, items), strict=True)

    def _verify(self, item: Item) -> Verdict:
        if item.number in self.settled:
            return self.settled[item.number], None
        if item.number in self.done:
            return _verify_done_before(self.bucket, self.plan, item)
        return _verify_item(self.bucket, self.plan.run, item, self.recorded, self.missing)


def _verify_item(bucket: Bucket, run: str, item: Item, recorded: set[str], missing: MissingResults) -> Verdict:
    text = None
    key = RunKeys(run).result(item.number)
    try:
        record = _read_result(bucket, key, item, recorded)
        if record is None:
            return Outcome(item, MISSING, missing.explain(item)), None
        if record.status == result.TRANSCRIBED:
            text = _check_transcripts(bucket, record)
    except InputTaken as error:
        return Outcome(item, result.LEFT, Failure(error.code, error.message)), None
    except (ObjectDenied, RecordInvalid, ResultMissing, TranscriptUnverified) as error:
        return _missing(item, error)
    return Outcome.from_result(record), text


def _read_result(bucket: Bucket, key: str, item: Item, recorded: set[str]) -> Result | None:
    """Return the result record of a file, or None if the file has no result record.

    Args:
        bucket: the audio bucket.
        key: the key of the result record.
        item: the file.
        recorded: the keys of all result records that exist.

    Raises:
        InputTaken: the file has no result record, because a newer run moved it.
        ResultMissing: the record is about another file.
        RecordInvalid: the object is not a result record.
        ObjectDenied: S3 refuses to read the record.
    """
    record = bucket.find_record(Result, key) if key in recorded else None
    if record is None and is_moved(bucket, item):
        raise InputTaken("A newer run moved this file; the report of that run says what became of it.")
    if record is not None and record.item != item:
        raise ResultMissing(f"The result record {key} is about another file.")
    return record


def _check_transcripts(bucket: Bucket, record: Result) -> str:
    """Compare each transcript with the size and digest in the result record, and the plain text with the JSON.

    Returns:
        The text.

    Raises:
        TranscriptUnverified: a transcript does not exist or is not what the container wrote.
        ObjectDenied: S3 refuses to read a transcript.
    """
    name = keys.name_of(record.item.key)
    expected = [keys.transcript(name), keys.transcript_json(name)]
    expected += [keys.format_file(name, ending) for ending in record.options.formats]
    written = {output.key: output for output in record.outputs}
    contents: dict[str, bytes] = {}
    for key in expected:
        if key not in written:
            raise TranscriptUnverified(f"The result does not list {key!r}.")
        content = bucket.read(key)
        if content is None:
            raise TranscriptUnverified(f"{key!r} does not exist.")
        if (len(content), hashlib.sha256(content).hexdigest()) != (written[key].size, written[key].sha256):
            raise TranscriptUnverified(f"{key!r} is not what the container wrote.")
        contents[key] = content
    return str(transcript_check.check(name, contents[expected[0]], contents[expected[1]])["text"])


def _verify_done_before(bucket: Bucket, plan: Plan, item: Item) -> Verdict:
    """Check that the transcript of an earlier run still exists and still is what this run would write.

    Returns:
        The outcome of the file, with the status `DONE_BEFORE`, or `MISSING` if the check fails; and its text.
    """
    try:
        transcript = read_transcript(bucket, item, plan.recipe)
    except ObjectDenied as refusal:
        return _missing(item, refusal)
    if transcript is None or not transcript.is_current:
        return _missing(item, TranscriptUnverified("The transcript that an earlier run wrote is gone or was replaced."))
    outcome = Outcome(
        item=item,
        status=DONE_BEFORE,
        audio=transcript.audio,
        words=transcript.words,
        confidence=transcript.confidence,
        unsure_words=transcript.unsure_words,
    )
    return outcome, transcript.text


def _missing(item: Item, error: TranscriptionError) -> Verdict:
    return Outcome(item, MISSING, Failure(error.code, error.message)), None
