"""The search for inputs that already have a transcript.

Such inputs are common: a daily `aws s3 sync` uploads every file again, and a run that was ended may have transcribed
files without moving them.
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
    """An existing transcript at the keys to which a run would write the transcript of `item`."""

    item: Item
    #: The key below `input/` of the recording that the transcript was made from.
    source_key: str
    #: Whether the transcript is what the run would write: same audio, same fingerprint.
    is_current: bool
    audio: Audio
    words: int
    #: From 0 to 1; None if the transcript holds no speech.
    confidence: float | None
    #: Number of unsure words, by the setting `low_confidence` of the run that wrote the transcript.
    unsure_words: int
    text: str


def find_transcripts(bucket: Bucket, items: Sequence[Item], recipe: str) -> Iterator[ExistingTranscript]:
    """Yield the transcripts that items already have.

    One LIST request for every 1,000 items shows that most new items have no transcript, because their names sort after
    the existing outputs or between them. Only the transcripts of the remaining items are read one by one. A transcript
    that S3 refuses to read counts as absent, so that the run can continue with the other files.

    Args:
        bucket: the audio bucket.
        items: the inputs, in UTF-8 order of their keys.
        recipe: the fingerprint of the transcripts that this run writes.
    """
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        pages = pool.map(lambda page: _possible(bucket, page), batched(items, PAGE))
        # A pool makes an object for every item that waits, so it gets no more than a page at a time.
        for batch in batched((item for page in pages for item in page), PAGE):
            yield from filter(None, pool.map(lambda item: _read_unless_refused(bucket, item, recipe), batch))


def _possible(bucket: Bucket, items: Sequence[Item]) -> list[Item]:
    """Return the items that may have a transcript.

    For these items, one page of the list of outputs contains the transcript's JSON, or ends before its key.
    """
    json_keys = [(item, keys.transcript_json(keys.name_of(item.key))) for item in items]
    # LIST starts after the given key, and a text sorts before its JSON. The first name is not always that of the first
    # item, because names and keys sort differently: `a.b.wav` comes before `a.wav`, but `a` before `a.b`.
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
    """Return the transcript that an item already has, or None if the item has no valid transcript.

    Args:
        bucket: the audio bucket.
        item: the input.
        recipe: the fingerprint of the transcripts that this run writes.

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
        text=document["text"],
    )
