"""A ZIP archive of transcripts that is made while it is sent, so that its size needs no memory or disk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from fastapi import HTTPException

from transcript_pages.audio_bucket import AudioBucket
from transcript_pages.recording_data import find_recording
from transcript_pages.transcript_file import FormatUnknown, make_file
from transcription.contract import keys
from transcription.contract.errors import RecordInvalid
from transcription.contract.options import FORMATS

#: The format of the plain text in addresses and archives. In the bucket, its key has no ending.
TEXT = "txt"
#: The formats of archives.
DOWNLOAD_FORMATS = (TEXT, "json", *FORMATS)
_CHUNK = 64 * 1024
#: Characters that no name of a file may contain on Windows, and control characters.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"\\|?*\u202a-\u202e\u2066-\u2069]')
#: Names of the archive's note on transcripts that do not exist, and how many it names.
_NOTE, _NOTED = "missing.txt", 10_000


class _Buffer:
    """The end of the archive that is not sent yet. `zipfile` writes into it and never seeks."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        """Do nothing; `zipfile` calls this."""

    def take(self) -> bytes:
        """Return what was written since the last call."""
        data = bytes(self._data)
        self._data.clear()
        return data


class EntryNames:
    """The names in an archive: safe to unpack on every system, and different from each other.

    A name is never a file and a folder at the same time.
    """

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, path: str) -> str:
        """Return the name in the archive for a path of the bucket."""
        parts = [_FORBIDDEN.sub("_", part).rstrip(". ") or "_" for part in path.split("/")]
        for index in range(1, len(parts)):
            while "/".join(parts[:index]).casefold() in self._files:
                parts[index - 1] += "_"
        stem, dot, ending = parts[-1].rpartition(".")
        number = 2
        while self._is_taken("/".join(parts)):
            parts[-1] = f"{stem} ({number}){dot}{ending}" if dot else f"{ending} ({number})"
            number += 1
        name = "/".join(parts)
        self._files.add(name.casefold())
        self._folders |= {"/".join(parts[:index]).casefold() for index in range(1, len(parts))}
        return name

    def _is_taken(self, name: str) -> bool:
        return name.casefold() in self._files or name.casefold() in self._folders


def key_of(name: str, form: str, *, corrected: bool = False) -> str:
    """Return the key of the transcript of a recording in a format: the machine's, or the corrected one."""
    if form == TEXT:
        return keys.corrected(name) if corrected else keys.transcript(name)
    return keys.corrected_format(name, form) if corrected else keys.format_file(name, form)


def zip_transcripts(bucket: AudioBucket, names: Iterable[str], form: str) -> Iterator[bytes]:
    """Yield the pieces of an archive with the transcripts of recordings in one format.

    A corrected transcript takes the place of the machine's. What neither the run nor a correction wrote in this format
    is made now. The archive names the recordings for which this is not possible.

    Args:
        bucket: the bucket.
        names: the names of the recordings.
        form: `txt`, `json`, or another format.
    """
    buffer, entries, missing = _Buffer(), EntryNames(), []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name in names:
            content = _open(bucket, name, form)
            if content is None:
                missing.append(name)
                continue
            entry = zipfile.ZipInfo(entries.add(f"{name}.{form}"), datetime.now(UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as target:
                for chunk in content:
                    target.write(chunk)
                    yield buffer.take()
        if missing:
            lines = [f"These recordings have no transcript in the format {form}:", *missing[:_NOTED]]
            archive.writestr(entries.add(_NOTE), "\n".join(lines))
    yield buffer.take()


def _open(bucket: AudioBucket, name: str, form: str) -> Iterable[bytes] | None:
    """Return the pieces of a recording's transcript in a format, or None if there is none and it cannot be made."""
    for is_corrected in (True, False):
        answer = bucket.get(key_of(name, form, corrected=is_corrected))
        if answer:
            return answer["Body"].iter_chunks(_CHUNK)
    try:
        return [make_file(find_recording(bucket, name), form).content]
    except (FormatUnknown, HTTPException, RecordInvalid):
        return None
