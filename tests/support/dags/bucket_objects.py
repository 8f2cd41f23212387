"""Objects in a bucket, and the plans of runs on these objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transcription.contract import keys
from transcription.contract.manifest import Item, Plan
from transcription.contract.options import Options
from transcription.contract.run_keys import run_name
from transcription.shared import manifest_store
from transcription.shared.bucket import Bucket

RUN_ID = "manual__2026-11-22T01:00:00+00:00"
RUN = run_name(RUN_ID)


def upload(bucket: Bucket, key: str, content: bytes = b"audio", number: int = 0) -> Item:
    """Write an object, and return the object as item `number` of a plan."""
    etag = bucket.client.put_object(Bucket=bucket.name, Key=key, Body=content)["ETag"].strip('"')
    return Item(number, key, etag, len(content))


def upload_all(bucket: Bucket, *object_keys: str) -> tuple[Item, ...]:
    """Write an object with a content of its own for each key, and return the objects as items of a plan."""
    return tuple(upload(bucket, key, key.encode(), number) for number, key in enumerate(object_keys))


def content(bucket: Bucket, prefix: str = "") -> dict[str, bytes | None]:
    """Return the contents of the objects whose keys start with `prefix`, by key."""
    return {entry.key: bucket.read(entry.key) for entry in bucket.list(prefix)}


def files(bucket: Bucket) -> dict[str, bytes | None]:
    """Return the contents of all objects except the records of runs, by key."""
    return {key: data for key, data in content(bucket).items() if not key.startswith(keys.RUNS_FOLDER)}


def make_plan(shards: Sequence[tuple[Item, ...]] = (), done: Sequence[Item] = (), **fields: Any) -> Plan:
    """Return a plan, without writing anything to a bucket.

    Args:
        shards: the files of each shard.
        done: the files that have a transcript of an earlier run.
        fields: other values for fields of the plan.
    """
    items = [item for shard in shards for item in shard]
    return Plan(
        **{
            "run": RUN,
            "draft": manifest_store.new_draft(),
            "created": "2026-11-22T01:00:00+00:00",
            "options": Options(),
            "shards": len(shards),
            "files": len(items),
            "bytes": sum(item.size for item in items),
            "recipe": "recipe",
            "done": len(done),
            **fields,
        }
    )


def freeze(bucket: Bucket, *shards: tuple[Item, ...], done: Sequence[Item] = (), **fields: Any) -> Plan:
    """Write a manifest to the bucket, and return its plan. The arguments are those of `make_plan`."""
    return manifest_store.freeze(bucket, make_plan(shards, done, **fields), shards, done)
