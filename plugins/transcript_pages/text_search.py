"""The search for words in texts: in the texts that a run wrote together, or in transcripts one by one."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import batched

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.run_records import as_list, as_object, read_json
from transcript_pages.transcript_zip import TEXT, key_of
from transcription.contract import keys

#: Number of transcripts that are read at once. After each batch, the search may end.
_BATCH = 16
#: A search ends after this many hits.
_HITS = 100
#: Number of corrections that a search in a part reads. Record, part and listing need three further requests.
_READS = 2
#: Number of characters before and after the found words.
_AROUND = 60
_LARGEST_LISTING = 1_000
#: Sorts behind all letters that names usually have.
_HIGH = "\ufffd"


@dataclass(frozen=True)
class Hit:
    """A place in a transcript with the searched words."""

    name: str
    before: str
    words: str
    after: str
    #: Whether the bucket has this text now; otherwise, a run wrote it, and it may be older.
    is_current: bool


@dataclass
class Searched:
    """What a search has found so far."""

    hits: list[Hit] = field(default_factory=list)
    #: Number of transcripts that were searched.
    count: int = 0
    #: The name of the last one, if the search ended before the end of its part; else empty.
    last: str = ""

    def search(self, name: str, content: str, text: str, *, is_current: bool) -> None:
        """Search in one transcript, in small or capital letters. Only the first place counts."""
        start = content.casefold().find(text.casefold())
        if start >= 0:
            stop = start + len(text)
            before, after = content[max(0, start - _AROUND) : start], content[stop : stop + _AROUND]
            self.hits.append(Hit(name, before, content[start:stop], after, is_current))
        self.count += 1


def search_transcripts(bucket: AudioBucket, names: Sequence[str], text: str, end: float) -> Searched:
    """Search in transcripts one by one, with one or two requests to S3 for each. Runs of earlier releases need this.

    Args:
        bucket: the bucket.
        names: the names of the recordings.
        text: the text.
        end: when the search ends, as `time.monotonic` measures it. Some transcripts are searched in any case.
    """
    searched = Searched()
    with ThreadPoolExecutor(_BATCH) as pool:
        for batch in batched(names, _BATCH):
            for name, content in zip(batch, pool.map(lambda name: _read(bucket, name), batch), strict=True):
                searched.search(name, content, text, is_current=True)
            if len(searched.hits) >= _HITS or time.monotonic() > end:
                break
    return searched


def search_part(bucket: AudioBucket, key: str, names: Collection[str], text: str, after: str = "") -> Searched | None:
    """Search in a part of the texts that a run wrote, with up to four requests to S3.

    A correction takes the place of a text. A listing says which recordings have one.

    Args:
        bucket: the bucket.
        key: the key of the part.
        names: the names of the recordings in which to search.
        text: the text.
        after: search only in recordings behind this name, in the order of names.

    Returns:
        What was found, or None if the part is gone or damaged.
    """
    record = read_json(bucket, key)
    if "recordings" not in record:
        return None
    recordings = map(as_object, as_list(record["recordings"]))
    texts = {str(entry.get("name")): str(entry.get("text")) for entry in recordings}
    ordered = sorted(name for name in texts.keys() & set(names) if name > after)
    return _search_current(bucket, ordered, texts, text) if ordered else Searched()


def _search_current(bucket: AudioBucket, names: Sequence[str], texts: Mapping[str, str], text: str) -> Searched:
    corrected, end = _corrected_keys(bucket, names[0])
    searched, reads = Searched(), 0
    for name in names:
        key = keys.corrected(name)
        # Behind the end of the listing, only S3 knows whether a recording is corrected.
        is_read = key in corrected or bool(end and key > end)
        if len(searched.hits) == _HITS or (is_read and reads == _READS):
            break
        reads += is_read
        content = bucket.read(key) if is_read else None
        current = None if content is None else content.decode(errors="replace")
        searched.search(name, texts[name] if current is None else current, text, is_current=current is not None)
        searched.last = name
    if searched.count == len(names):
        searched.last = ""
    return searched


def _corrected_keys(bucket: AudioBucket, first: str) -> tuple[set[str], str]:
    """Return keys of corrections from the recording `first` on, and the last one if there are more; else empty."""
    before = keys.corrected(_just_before(first))
    page = bucket.client.list_objects_v2(
        Bucket=bucket.name, Prefix=keys.CORRECTED_FOLDER, StartAfter=before, MaxKeys=_LARGEST_LISTING
    )
    listed = [entry["Key"] for entry in page.get("Contents", [])]
    return set(listed), listed[-1] if page["IsTruncated"] else ""


def _just_before(name: str) -> str:
    """Return a text that sorts before a name, with few names between them."""
    start, letter = name[:-1], chr(max(ord(name[-1]) - 1, 0))
    before = f"{start}{letter}{_HIGH}"
    # An address contains neither control characters nor surrogates.
    is_usable = letter.isprintable() and len(keys.corrected(before).encode()) <= keys.KEY_BYTES
    return before if is_usable else start


def _read(bucket: AudioBucket, name: str) -> str:
    data = bucket.read(key_of(name, TEXT, corrected=True))
    if data is None:
        data = bucket.read(key_of(name, TEXT))
    return (data or b"").decode(errors="replace")
