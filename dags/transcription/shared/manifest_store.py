"""A run's manifest in S3: frozen once, read by everything after it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from transcription.contract.errors import ManifestMissing
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Done, Item, Plan, Shard
from transcription.shared.bucket import CONCURRENCY, Bucket


def new_draft() -> str:
    """A name for shards that nobody has written yet."""
    return secrets.token_hex(4)


def freeze(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]], done: Sequence[Item]) -> Plan:
    """Write the manifest, its summary `plan` last. A manifest that is there already stays the law and is returned."""
    write_shards(bucket, plan, shards)
    if done:
        bucket.write_record(RunKeys(plan.run).done(plan.draft), Done(plan.run, tuple(done)))
    bucket.write_record(RunKeys(plan.run).plan, plan, once=True)
    return read_plan(bucket, plan.run)


def write_shards(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> None:
    """Write what each child works on, under the draft of `plan`."""

    def write(index: int, items: tuple[Item, ...]) -> None:
        shard = Shard(plan.run, index, plan.options, items, plan.recipe)
        bucket.write_record(RunKeys(plan.run).shard(plan.draft, index), shard)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for _ in pool.map(write, range(len(shards)), shards):
            pass  # an error is raised here


def redraft(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> Plan:
    """Write other shards of the same run, for a second job; the manifest itself stays as it is.

    Returns:
        The plan of the second job, which is written nowhere.
    """
    second = replace(plan, draft=new_draft(), shards=len(shards))
    write_shards(bucket, second, shards)
    return second


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
            f"{bucket.uri(RunKeys(run).plan)} does not exist: the run stopped before it was planned, "
            "or its records have expired. Look at its first red task, then clear that one; or trigger a new run."
        )
    return plan


def read_items(bucket: Bucket, plan: Plan) -> Iterator[Item]:
    """Every file that was given to a child.

    Raises:
        RecordMissing: a shard is gone.
    """
    shard_keys = [RunKeys(plan.run).shard(plan.draft, index) for index in range(plan.shards)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for shard in pool.map(lambda key: bucket.read_record(Shard, key), shard_keys):
            yield from shard.items


def read_done(bucket: Bucket, plan: Plan) -> tuple[Item, ...]:
    """Every file that an earlier run transcribed.

    Raises:
        RecordMissing: the record is gone.
    """
    return bucket.read_record(Done, RunKeys(plan.run).done(plan.draft)).items if plan.done else ()


def result_keys(bucket: Bucket, run: str) -> Iterator[str]:
    """List the keys of the result records that the run's children have written; one request per 1,000 keys."""
    return (record.key for record in bucket.list(RunKeys(run).results))


def read_missing(bucket: Bucket, plan: Plan) -> list[Item]:
    """Read the files that were given to a child and have no result yet.

    Raises:
        RecordMissing: a shard does not exist.
    """
    recorded = set(result_keys(bucket, plan.run))
    return [item for item in read_items(bucket, plan) if RunKeys(plan.run).result(item.number) not in recorded]
