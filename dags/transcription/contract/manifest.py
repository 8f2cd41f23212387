"""The manifest: what a run is going to do, frozen in S3 before anything is submitted."""

from __future__ import annotations

from dataclasses import dataclass

from .options import Options


@dataclass(frozen=True)
class Failure:
    """Why a file cannot be transcribed: a stable code of `errors`, and words for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Item:
    """One object below `input/`, exactly as it was when the run was planned."""

    #: Its place in the whole manifest; names its result record.
    number: int
    key: str
    #: Without the quotes that S3's API puts around it.
    etag: str
    #: In bytes.
    size: int


@dataclass(frozen=True)
class Refusal:
    """An object below `input/` that is not given to any child, and why."""

    item: Item
    failure: Failure


@dataclass(frozen=True)
class Shard:
    """The part of a manifest that one child of the array job works on, in this order."""

    run: str
    index: int
    options: Options
    items: tuple[Item, ...]
    #: What else decides the transcripts' words; see `Plan.recipe`. Every transcript repeats it.
    recipe: str = ""


@dataclass(frozen=True)
class Done:
    """The files below `input/` whose transcripts an earlier run wrote: nothing is left but to move them."""

    run: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """The summary of a manifest. Where it exists, all its shards do, and none of them ever changes."""

    run: str
    #: Which draft of the shards became the manifest; part of their keys.
    draft: str
    #: When it was frozen, ISO 8601 in UTC.
    created: str
    options: Options
    #: How many shards there are: the size of the array job.
    shards: int
    #: How many files are in them.
    files: int
    #: How many bytes of audio.
    bytes: int
    refused: tuple[Refusal, ...] = ()
    #: A digest of the options and the model's files. A transcript with the same recipe and the same input's ETag is the
    #: same transcript.
    recipe: str = ""
    #: How many files were done before; they are in the manifest's `Done`.
    done: int = 0
    #: How many files were left for a later run, because this one may take no more.
    waiting: int = 0
    #: Whether the run ends with its plan.
    dry_run: bool = False
    #: The part of `input/` that was asked for, as the start of names; empty: all.
    prefix: str = ""
