"""Verification: nothing is believed but what lies in the bucket."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

from transcription.bucket import CONCURRENCY, Bucket
from transcription.contract import keys, result
from transcription.contract.errors import RecordInvalid
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Failure, Item, Plan
from transcription.contract.result import Result
from transcription.manifests import read_items
from transcription.outcomes import MISSING, Outcome, Outcomes


def verify(bucket: Bucket, plan: Plan) -> Outcomes:
    """Compare the manifest with the results and transcripts that are there.

    Returns:
        One outcome per planned file, refused ones included, in the order of the manifest.
    """
    recorded = {found.key for found in bucket.list(RunKeys(plan.run).results)}
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        outcomes = list(pool.map(lambda item: _outcome(bucket, plan.run, item, recorded), read_items(bucket, plan)))
    outcomes += [Outcome(refusal.item, result.FAILED, refusal.failure) for refusal in plan.refused]
    return Outcomes(plan.run, tuple(sorted(outcomes, key=lambda outcome: outcome.item.number)))


def _outcome(bucket: Bucket, run: str, item: Item, recorded: set[str]) -> Outcome:
    key = RunKeys(run).result(item.number)
    if key not in recorded:
        return _missing(item, "NO_RESULT", "No child wrote a result for it.")
    try:
        record = bucket.find_record(Result, key)
    except RecordInvalid as error:
        return _missing(item, error.code, error.message)
    if record is None or record.item != item:
        return _missing(item, "NO_RESULT", f"{key} is about another file.")
    if record.status == result.TRANSCRIBED and (fault := _fault(bucket, record)):
        return _missing(item, "TRANSCRIPT_UNVERIFIED", fault)
    return Outcome(
        item=item,
        status=record.status,
        failure=record.failure,
        audio=record.audio,
        words=record.words,
        confidence=record.confidence,
        no_speech=record.no_speech,
        wall_seconds=record.wall_seconds,
    )


def _missing(item: Item, code: str, message: str) -> Outcome:
    return Outcome(item, MISSING, Failure(code, message))


def _fault(bucket: Bucket, record: Result) -> str | None:
    """What is wrong with the transcripts of a record, if anything."""
    name = keys.name_of(record.item.key)
    written = {output.key: output for output in record.outputs}
    contents = {}
    for key in (keys.transcript(name), keys.transcript_json(name)):
        if key not in written:
            return f"The result does not list {key!r}."
        content = bucket.read(key)
        if content is None:
            return f"{key!r} is not there."
        if hashlib.sha256(content).hexdigest() != written[key].sha256:
            return f"{key!r} is not what the container wrote."
        contents[key] = content
    return _disagreement(contents[keys.transcript(name)], contents[keys.transcript_json(name)])


def _disagreement(text: bytes, document: bytes) -> str | None:
    try:
        said = json.loads(document)["text"]
    except (ValueError, TypeError, KeyError) as error:
        return f"The JSON transcript cannot be read: {error!r}."
    if text.decode() != (f"{said}\n" if said else ""):
        return "The text and the JSON transcript say different things."
    return None
