"""The files in S3 from which a page draws and plays a recording: its peaks, and a listening copy if it needs one."""

from __future__ import annotations

import logging
from typing import Optional

from transcriber.audio.listening_recorder import ListeningFiles
from transcriber.shard.input_downloads import InputFile
from transcriber.shard.store import Store
from transcription.contract import keys
from transcription.contract.errors import TranscriptionError
from transcription.contract.result import Listening

log = logging.getLogger(__name__)


def write_listening_files(store: Store, file: InputFile, files: Optional[ListeningFiles]) -> Listening:
    """Write the files for listening to S3, delete the copy on the disk, and return what was written.

    A failure prevents no transcript, because the files only serve the page. It is logged, and is in the note.

    Args:
        store: the bucket.
        file: the recording.
        files: its files for listening, or `None` if there are none.
    """
    if files is None:
        return Listening()
    name = keys.name_of(file.item.key)
    has_peaks = has_copy = False
    note = files.note
    try:
        store.write(keys.listening_peaks(name), files.peaks, "application/json")
        has_peaks = True
        if files.copy is not None:
            store.write_file(keys.listening_copy(name), files.copy, "audio/flac")
            has_copy = True
    except (TranscriptionError, OSError) as error:
        note = f"The files for listening could not be written: {error}"
    finally:
        files.discard()
    if note:
        log.warning("%s: %s", file.item.key, note)
    return Listening(has_peaks, has_copy, note)
