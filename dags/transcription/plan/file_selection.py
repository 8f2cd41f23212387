"""The selection of the files that a run takes, and the refusal of files that cannot have a transcript.

This module makes no AWS calls.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from transcription.contract import keys
from transcription.contract.audio_endings import ENDINGS
from transcription.contract.errors import AudioTooLarge, InputArchived, InputError, OutputConflict, TranscriptionError
from transcription.contract.manifest import Failure, Item, Refusal
from transcription.plan.ignored_files import IgnoredFiles
from transcription.shared.listed_object import ListedObject


@dataclass(frozen=True)
class Selection:
    """The audio files below `input/`: taken, refused, or left for a later run."""

    items: list[Item]
    refused: list[Refusal]
    #: Files that S3 has archived. They stay in `input/` until somebody restores them.
    archived: list[Refusal]
    #: Number of files over the run's limit; a later run takes them.
    waiting: int = 0
    ignored: IgnoredFiles = field(default_factory=IgnoredFiles)


def select_files(
    listed: Iterable[ListedObject],
    max_bytes: int,
    max_files: int | None = None,
    endings: Collection[str] = ENDINGS,
) -> Selection:
    """Take the audio files, and refuse those for which no transcript can be written. Count the files that are no audio.

    Archived files do not count towards `max_files`: they stay, and would take the place of other files in every run.
    If two files would write the same transcript (`a.wav` and `a.mp3`), the first one is taken and the other is refused.

    Args:
        listed: objects in UTF-8 order of their keys, as S3 lists them.
        max_bytes: the size of the largest file that is taken, in bytes.
        max_files: the number of files that are taken or refused; the others wait for a later run. None: no limit.
        endings: the endings of audio files.
    """
    items: list[Item] = []
    refused: list[Refusal] = []
    archived: list[Refusal] = []
    waiting = 0
    owners: dict[str, str] = {}
    ignored = IgnoredFiles()
    for number, listed_object in enumerate(_audio(listed, endings, ignored)):
        item = Item(number, listed_object.key, listed_object.etag, listed_object.size)
        if listed_object.archive:
            archived.append(refuse(item, _archived(listed_object)))
            continue
        if max_files is not None and len(items) + len(refused) >= max_files:
            waiting += 1
            continue
        try:
            _check(item, max_bytes, owners)
        except InputError as error:
            refused.append(refuse(item, error))
        else:
            items.append(item)
    return Selection(items, refused, archived, waiting, ignored)


def _audio(listed: Iterable[ListedObject], endings: Collection[str], ignored: IgnoredFiles) -> Iterator[ListedObject]:
    """Yield the audio files, and add the other files to `ignored`."""
    for entry in listed:
        if keys.is_audio(entry.key, endings):
            yield entry
        else:
            ignored.add(entry.key)


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


def _archived(listed_object: ListedObject) -> InputArchived:
    return InputArchived(
        f"{listed_object.key!r} is archived (storage class {listed_object.archive}) and cannot be read. Restore it "
        "first; the next run takes it then."
    )


def output_conflict(item: Item, owner: str) -> OutputConflict:
    """Return the error for a file whose transcript would overwrite that of `owner`, another key below `input/`."""
    return OutputConflict(
        f"{item.key!r} would write {keys.transcript(keys.name_of(item.key))!r}, which belongs to {owner!r}. "
        "Rename one of the two and upload it again."
    )


def refuse(item: Item, error: TranscriptionError) -> Refusal:
    """Return the record of a file that no child gets, with `error` as the reason."""
    return Refusal(item, Failure(error.code, error.message))
