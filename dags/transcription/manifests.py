"""A run's manifest in S3: frozen once, read by everything after it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from transcription.bucket import Bucket
from transcription.contract.errors import ManifestMissing
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Item, Plan, Refusal, Shard
from transcription.contract.options import Options


def freeze(
    bucket: Bucket,
    run: str,
    options: Options,
    shards: Sequence[tuple[Item, ...]],
    refused: Sequence[Refusal],
) -> Plan:
    """Write the manifest, the summary last. A manifest that is there already stays the law and is returned."""
    run_keys = RunKeys(run)
    draft = secrets.token_hex(4)
    for index, items in enumerate(shards):
        bucket.write_record(run_keys.shard(draft, index), Shard(run, index, options, items))
    plan = Plan(
        run=run,
        draft=draft,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        options=options,
        shards=len(shards),
        files=sum(len(items) for items in shards),
        bytes=sum(item.size for items in shards for item in items),
        refused=tuple(refused),
    )
    bucket.write_record(run_keys.plan, plan, once=True)
    return read_plan(bucket, run)


def find_plan(bucket: Bucket, run: str) -> Plan | None:
    """The summary of a manifest, or nothing where none is frozen yet."""
    return bucket.find_record(Plan, RunKeys(run).plan)


def read_plan(bucket: Bucket, run: str) -> Plan:
    """The summary of a frozen manifest.

    Raises:
        ManifestMissing: the run was never planned.
    """
    plan = find_plan(bucket, run)
    if plan is None:
        raise ManifestMissing(
            f"s3://{bucket.name}/{RunKeys(run).plan} does not exist: the run stopped before it was planned. "
            "Look at its first red task; then clear that one."
        )
    return plan


def read_items(bucket: Bucket, plan: Plan) -> Iterator[Item]:
    """Every file that was given to a child.

    Raises:
        RecordMissing: a shard is gone.
    """
    for index in range(plan.shards):
        yield from bucket.read_record(Shard, RunKeys(plan.run).shard(plan.draft, index)).items
