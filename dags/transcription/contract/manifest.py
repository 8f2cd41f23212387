"""The manifest of a run: the files to transcribe, and how. The run freezes it in S3 before it submits a job."""

from __future__ import annotations

from dataclasses import dataclass

from .options import Options


@dataclass(frozen=True)
class Failure:
    """The reason why a file cannot be transcribed: the code and the message of an error."""

    code: str
    message: str


@dataclass(frozen=True)
class Item:
    """An object below `input/`, as it was when the run was planned."""

    #: The position of the file in the manifest. The key of its result record contains this number.
    number: int
    key: str
    #: Without the quotes that S3 puts around it.
    etag: str
    #: In bytes.
    size: int


@dataclass(frozen=True)
class Refusal:
    """An object below `input/` that no child gets, and the reason."""

    item: Item
    failure: Failure


@dataclass(frozen=True)
class Shard:
    """The part of a manifest for one child of the array job."""

    run: str
    index: int
    options: Options
    items: tuple[Item, ...]
    #: The fingerprint of the transcripts; see `Plan.recipe`. Every transcript repeats it.
    recipe: str = ""


@dataclass(frozen=True)
class Done:
    """The files below `input/` whose transcripts an earlier run wrote. They only have to be moved."""

    run: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """The summary of a manifest. If the plan is in S3, all its shards are there too, and none of them changes again."""

    run: str
    #: The shard set in use; part of the shards' keys. Other sets are ignored.
    draft: str
    #: Time of its creation, ISO 8601 in UTC.
    created: str
    options: Options
    #: Number of shards, and so of children of the array job.
    shards: int
    #: Number of files in the shards.
    files: int
    #: Size of these files, in bytes.
    bytes: int
    refused: tuple[Refusal, ...] = ()
    #: The fingerprint of the transcripts: a digest of the options and the model's files. Transcripts of the same input
    #: (same ETag) with the same fingerprint have the same content.
    recipe: str = ""
    #: Number of files with a transcript of an earlier run; `Done` lists them.
    done: int = 0
    #: Number of files left for a later run, because this run's limit is reached.
    waiting: int = 0
    #: Whether the run ends with this plan.
    dry_run: bool = False
    #: The run takes only files whose names start with this text. If it is empty, the run takes all files.
    prefix: str = ""
    #: Files that S3 has archived. They stay in `input/`, and no child gets them.
    archived: tuple[Refusal, ...] = ()
    #: What people should know of the files in `input/`. The report repeats these warnings.
    warnings: tuple[str, ...] = ()
    #: Number of files whose names end like no audio, and the first of their keys. They stay in `input/`.
    ignored: int = 0
    ignored_keys: tuple[str, ...] = ()
