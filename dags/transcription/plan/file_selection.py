"""The selection of the files that a run takes, and the refusal of files that cannot have a transcript.

This module makes no AWS calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from transcription.contract import keys
from transcription.contract.errors import AudioTooLarge, InputError, OutputConflict
from transcription.contract.manifest import Failure, Item, Refusal
from transcription.shared.bucket import ListedObject


@dataclass(frozen=True)
class Selection:
    """The audio files below `input/`: taken, refused, or left for a later run."""

    items: list[Item]
    refused: list[Refusal]
    #: Number of files over the run's limit; a later run takes them.
    waiting: int = 0


def select_files(listed: Iterable[ListedObject], max_bytes: int, max_files: int | None = None) -> Selection:
    """Take the audio files, and refuse those for which no transcript can be written. Ignore other objects.

    If two files would write the same transcript (`a.wav` and `a.WAV`), the first one is taken and the other is refused.

    Args:
        listed: objects in UTF-8 order of their keys, as S3 lists them.
        max_bytes: the size of the largest file that is taken, in bytes.
        max_files: the number of files that are taken or refused; the others wait for a later run. None: no limit.
    """
    selection = Selection([], [])
    owners: dict[str, str] = {}
    number = -1
    for number, listed_object in enumerate(entry for entry in listed if keys.is_audio(entry.key)):
        if max_files is not None and number >= max_files:
            continue
        item = Item(number, listed_object.key, listed_object.etag, listed_object.size)
        try:
            _check(item, max_bytes, owners)
        except InputError as error:
            selection.refused.append(refuse(item, error))
        else:
            selection.items.append(item)
    waiting = number + 1 - len(selection.items) - len(selection.refused)
    return Selection(selection.items, selection.refused, waiting)


def _check(item: Item, max_bytes: int, owners: dict[str, str]) -> None:
    """Check one file, and add it to `owners`.

    Args:
        item: the file.
        max_bytes: the size of the largest file that is taken, in bytes.
        owners: the key of the input that writes each transcript, by the transcript's name.

    Raises:
        InputError: no transcript can be written for the file.
    """
    name = keys.name_of(item.key)
    if item.size > max_bytes:
        raise AudioTooLarge(
            f"{item.key!r} has {item.size / 2**20:,.0f} MiB; this deployment takes files of up to "
            f"{max_bytes / 2**20:,.0f} MiB. Cut it into parts, or raise [transcription] max_file_megabytes."
        )
    owner = owners.setdefault(name, item.key)
    if owner != item.key:
        raise output_conflict(item, owner)


def output_conflict(item: Item, owner: str) -> OutputConflict:
    """Return the error for a file whose transcript would overwrite that of `owner`, another key below `input/`."""
    return OutputConflict(
        f"{item.key!r} would write {keys.transcript(keys.name_of(item.key))!r}, which belongs to {owner!r}. "
        "Rename one of the two and upload it again."
    )


def refuse(item: Item, error: InputError) -> Refusal:
    """Return the record of a refused file, with `error` as the reason."""
    return Refusal(item, Failure(error.code, error.message))
