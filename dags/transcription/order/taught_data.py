"""What teachings and evaluations find in the bucket: checked segments of transcripts, and the files of a set."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from transcription.contract import keys
from transcription.contract.audio_endings import ending_of
from transcription.contract.correction import UNCHECKED, Correction
from transcription.contract.errors import RecordInvalid
from transcription.contract.result import BYTES_PER_SECOND
from transcription.shared.bucket import CONCURRENCY, Bucket
from transcription.shared.listed_object import ListedObject

log = logging.getLogger(__name__)

_TEXTS = (".txt", ".csv", ".tsv")


@dataclass(frozen=True)
class TaughtData:
    """Amounts of what can be taught."""

    #: Recordings in which somebody checked or corrected a segment, the number of such segments, and their seconds.
    corrected: int
    segments: int
    segment_seconds: float
    #: Recordings and text files of the set.
    recordings: int
    texts: int
    #: Seconds of the recordings of the set, as if all were 16 kHz, mono, 16 bit. Compressed audio is longer than that.
    set_seconds: float

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to learn from."""
        return not (self.segments or self.recordings or self.texts)

    @property
    def minutes(self) -> float:
        """Minutes of recordings with texts, at least."""
        return (self.segment_seconds + self.set_seconds) / 60

    def __str__(self) -> str:
        return (
            f"{self.segments} checked segments of {self.corrected} recordings, {self.recordings} recordings and "
            f"{self.texts} text files of the set, about {self.minutes:.1f} minutes in all"
        )


def look(bucket: Bucket, set_name: str) -> TaughtData:
    """Count what can be taught.

    Args:
        bucket: the audio bucket.
        set_name: the name of a folder below `teaching/`; empty: corrections alone.
    """
    corrections = [entry.key for entry in bucket.list(keys.CORRECTED_FOLDER) if entry.key.endswith(".json")]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        checked = [seconds for seconds in pool.map(lambda key: _checked_seconds(bucket, key), corrections) if seconds]
    listed = list(bucket.list(keys.teaching_set(set_name))) if set_name else []
    audio = list(_audio(listed))
    return TaughtData(
        corrected=len(checked),
        segments=sum(map(len, checked)),
        segment_seconds=sum(map(sum, checked)),
        recordings=len(audio),
        texts=sum(entry.key.lower().endswith(_TEXTS) for entry in listed),
        set_seconds=sum(entry.size for entry in audio) / BYTES_PER_SECOND,
    )


def _checked_seconds(bucket: Bucket, key: str) -> list[float]:
    """Return the length of each checked segment of a correction. A damaged correction is logged and has none."""
    try:
        correction = bucket.find_record(Correction, key)
    except RecordInvalid as error:
        log.warning("%s", error)
        return []
    segments = correction.segments if correction else ()
    return [segment.end - segment.start for segment in segments if segment.state != UNCHECKED]


def _audio(listed: Iterable[ListedObject]) -> Iterator[ListedObject]:
    return (entry for entry in listed if ending_of(entry.key))
