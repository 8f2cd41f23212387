"""Earlier transcripts: what lies in `input/` again, or still, and has its transcript already.

That is what daily `aws s3 sync` of a folder makes of every file, and a run that was ended before it moved its audio.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import batched

from transcription.contract import keys, records
from transcription.contract.errors import ModelMissing, RecordInvalid, TranscriptUnverified
from transcription.contract.manifest import Item
from transcription.contract.options import Options
from transcription.contract.result import Audio
from transcription.finish import transcript_check
from transcription.shared.bucket import CONCURRENCY, PAGE, Bucket


@dataclass(frozen=True)
class Earlier:
    """A transcript that lies where that of `item` would go."""

    item: Item
    #: The key below `input/` that it was made from.
    owner: str
    #: Whether it is what a run would make of the item now.
    same: bool
    audio: Audio
    words: int
    #: From 0 to 1; nothing where no speech was found.
    confidence: float | None
    #: How many words had less confidence than the run that wrote it asked for.
    unsure_words: int


def recipe(bucket: Bucket, options: Options, image_model: str) -> str:
    """A digest of all that decides what is written of a file, except its audio.

    Models in the bucket go by the ETags of their files, the image's own by what the deployment says of it. Options that
    are left at their defaults do not enter: a release that adds one makes no transcript outdated.

    Raises:
        ModelMissing: there is no such model in the bucket.
    """
    model: object = image_model
    if options.model:
        prefix = keys.model(options.model)
        model = sorted((each.key, each.etag) for each in bucket.list(prefix) if each.key != prefix)
        if not model:
            raise ModelMissing(
                f"There is no model s3://{bucket.name}/{prefix}. Upload a .pbmm there, or choose another model."
            )
    words = tuple(sorted(options.hot_words, key=lambda each: each.word))
    # Engines hear the same: another one makes no transcript outdated.
    ordered = replace(options, hot_words=words, formats=tuple(sorted(options.formats)), engine=Options.engine)
    defaults = asdict(Options())
    chosen = {name: value for name, value in asdict(ordered).items() if value != defaults[name]}
    return hashlib.sha256(json.dumps([chosen, model], sort_keys=True).encode()).hexdigest()[:32]


def find(bucket: Bucket, items: Sequence[Item], wanted: str) -> Iterator[Earlier]:
    """The items that have a transcript already; `wanted` is the recipe of this run.

    One LIST for each 1,000 items tells for most that they have none: names that are new lie where no output is yet.
    Only those that it shows, or does not reach, are looked at one by one.
    """
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        pages = pool.map(lambda chunk: _possible(bucket, chunk), batched(items, PAGE))
        looked_at = pool.map(lambda item: read(bucket, item, wanted), (item for page in pages for item in page))
        yield from filter(None, looked_at)


def _possible(bucket: Bucket, items: Sequence[Item]) -> list[Item]:
    """Those of some items, in S3's order, that may have a transcript."""
    wanted = [(item, keys.transcript_json(keys.name_of(item.key))) for item in items]
    # LIST begins behind the key it is given, and text comes before JSON. `a.b` comes before `a` among inputs only.
    first = min((keys.name_of(item.key) for item in items), key=str.encode)
    shown, last = bucket.list_page(keys.OUTPUT, after=keys.transcript(first))
    return [item for item, key in wanted if key in shown or (last is not None and key.encode() > last.encode())]


def read(bucket: Bucket, item: Item, wanted: str) -> Earlier | None:
    """The transcript that lies where that of `item` would go, if there is one that can be believed."""
    name = keys.name_of(item.key)
    document = bucket.read(keys.transcript_json(name))
    if document is None:
        return None
    try:
        found = transcript_check.check(name, bucket.read(keys.transcript(name)), document)
        audio = records.parse(Audio, found["audio"], keys.transcript_json(name))
    except (TranscriptUnverified, RecordInvalid):
        return None
    provenance = found["provenance"]
    made_from = provenance["input"]
    same = (made_from["key"], made_from["etag"], provenance.get("recipe")) == (item.key, item.etag, wanted)
    # Transcripts of earlier releases do not count their unsure words.
    unsure = found.get("unsure_words", 0)
    return Earlier(item, made_from["key"], same, audio, len(found["words"]), found["confidence"], unsure)
