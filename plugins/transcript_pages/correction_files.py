"""The text and the other formats of a correction in the bucket, made again after each change."""

from __future__ import annotations

import logging
import threading

from transcript_pages import correction_store
from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.correction_store import SavedCorrection
from transcription.contract import keys
from transcription.formats import corrected_transcript, plain_text
from transcription.formats.renderers import FORMATS

log = logging.getLogger(__name__)

#: The metadata of the text: the ETag of the correction from which the files were made.
MADE_FROM = "made-from"

#: One correction at a time: a Word document of two hours takes a second, and Airflow's own pages must stay quick.
_at_work = threading.Lock()
#: Recordings whose files a thread will write. A thread that finds its recording here leaves the work to that one.
_waiting: set[tuple[str, str]] = set()
_waiting_lock = threading.Lock()


def write_files(bucket: AudioBucket, name: str) -> None:
    """Write a correction as text and in its formats, until they show the version that is in the bucket.

    Formats whose libraries are not installed are left out.

    Args:
        bucket: the bucket.
        name: the name of the recording.
    """
    recording = (bucket.name, name)
    with _waiting_lock:
        if recording in _waiting:
            return
        _waiting.add(recording)
    with _at_work:
        with _waiting_lock:
            _waiting.discard(recording)
        saved = correction_store.find(bucket, name)
        if saved and are_current(bucket, name, saved):
            return
        written = None
        # Another server may write another version at the same time. The one that reads the last version writes last.
        while saved and saved.etag != written:
            _write(bucket, name, saved)
            written, saved = saved.etag, correction_store.find(bucket, name)


def are_current(bucket: AudioBucket, name: str, saved: SavedCorrection) -> bool:
    """Return whether the files were made from this version of the correction."""
    head = bucket.head(keys.corrected(name))
    return head is not None and head["Metadata"].get(MADE_FROM) == saved.etag.strip('"')


def _write(bucket: AudioBucket, name: str, saved: SavedCorrection) -> None:
    transcript = corrected_transcript.from_correction(saved.correction)
    for ending in saved.correction.formats:
        form = FORMATS.get(ending)
        if form is None or not form.is_available:
            log.warning("The correction of %r is not written as %s: its library is not installed.", name, ending)
            continue
        _put(bucket, keys.corrected_format(name, ending), form.render(transcript), form.content_type, saved)
    # The text is last: with it, the other formats are complete.
    text = plain_text.render(transcript.utterances)
    _put(bucket, keys.corrected(name), text, "text/plain; charset=utf-8", saved)


def _put(bucket: AudioBucket, key: str, content: bytes, kind: str, saved: SavedCorrection) -> None:
    bucket.client.put_object(
        Bucket=bucket.name, Key=key, Body=content, ContentType=kind, Metadata={MADE_FROM: saved.etag.strip('"')}
    )
