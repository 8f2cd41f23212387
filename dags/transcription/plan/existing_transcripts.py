"""Find inputs that already have a transcript.

A daily `aws s3 sync` uploads every file again, and a run that was ended may have transcribed files without moving them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched

from transcription.contract import keys, records
from transcription.contract.errors import ObjectDenied, RecordInvalid, TranscriptUnverified
from transcription.contract.manifest import Item
from transcription.contract.result import Audio
from transcription.shared import transcript_check
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExistingTranscript:
    """A transcript at the keys where that of `item` would be written."""

    item: Item
    #: The key below `input/` from which it was made.
    source_key: str
    #: Whether it is what the run would write: same audio, same fingerprint.
    is_current: bool
    audio: Audio
    words: int
    #: From 0 to 1; None if it holds no speech.
    confidence: float | None
    #: Number of words below the confidence threshold of the run that wrote it.
    unsure_words: int


def find_transcripts(bucket: Bucket, items: Sequence[Item], recipe: str) -> Iterator[ExistingTranscript]:
    """Find the transcripts that items already have.

    One LIST request for every 1,000 items rules out most items without a transcript: names that are new sort behind
    the existing outputs or between them. Only the remaining items are read one by one. A transcript that S3 refuses to
    read counts as absent, so that the other files of the run go on.

    Args:
        bucket: the audio bucket.
        items: in S3's order.
        recipe: fingerprint of the transcripts that this run writes.
    """
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        pages = pool.map(lambda page: _possible(bucket, page), batched(items, PAGE))
        transcripts = pool.map(
            lambda item: _read_unless_refused(bucket, item, recipe), (item for page in pages for item in page)
        )
        yield from filter(None, transcripts)


def _possible(bucket: Bucket, items: Sequence[Item]) -> list[Item]:
    """Return the items that may have a transcript: those that one listing shows, or that it does not reach."""
    json_keys = [(item, keys.transcript_json(keys.name_of(item.key))) for item in items]
    # LIST starts after the key it is given, and a text sorts before its JSON. The first name is searched, because
    # names and keys sort differently: `a.b.wav` comes before `a.wav`, but `a` before `a.b`.
    first = min((keys.name_of(item.key) for item in items), key=str.encode)
    listed, last = bucket.list_page(keys.OUTPUT_FOLDER, after=keys.transcript(first))
    return [item for item, key in json_keys if key in listed or (last is not None and key.encode() > last.encode())]


def _read_unless_refused(bucket: Bucket, item: Item, recipe: str) -> ExistingTranscript | None:
    try:
        return read_transcript(bucket, item, recipe)
    except ObjectDenied as refusal:
        log.warning("The transcript of %r counts as absent: %s", item.key, refusal)
        return None


def read_transcript(bucket: Bucket, item: Item, recipe: str) -> ExistingTranscript | None:
    """Read the transcript that an item already has; None if it has none, or an invalid one.

    Args:
        bucket: the audio bucket.
        item: the input.
        recipe: fingerprint of the transcripts that this run writes.

    Raises:
        ObjectDenied: S3 refuses to read a part of the transcript.
    """
    name = keys.name_of(item.key)
    json_key = keys.transcript_json(name)
    data = bucket.read(json_key)
    if data is None:
        return None
    try:
        document = transcript_check.check(name, bucket.read(keys.transcript(name)), data)
        audio = records.parse(Audio, document["audio"], json_key)
    except (TranscriptUnverified, RecordInvalid):
        return None
    provenance = document["provenance"]
    source = provenance["input"]
    return ExistingTranscript(
        item=item,
        source_key=source["key"],
        is_current=(source["key"], source["etag"], provenance.get("recipe")) == (item.key, item.etag, recipe),
        audio=audio,
        words=len(document["words"]),
        confidence=document["confidence"],
        # Transcripts of release 0.1 have no count.
        unsure_words=document.get("unsure_words", 0),
    )
