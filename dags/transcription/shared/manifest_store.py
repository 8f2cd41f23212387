"""Write a run's manifest to S3 once, and read it."""

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
    """Return a random name for a new shard set."""
    return secrets.token_hex(4)


def freeze(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]], done: Sequence[Item]) -> Plan:
    """Write the manifest, its summary `plan` last. If the run has a manifest already, that one stays.

    Returns:
        The summary of the manifest in use.
    """
    write_shards(bucket, plan, shards)
    if done:
        bucket.write_record(RunKeys(plan.run).done(plan.draft), Done(plan.run, tuple(done)))
    bucket.write_record(RunKeys(plan.run).plan, plan, once=True)
    return read_plan(bucket, plan.run)


def write_shards(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> None:
    """Write the shards of the children as the shard set that `plan` names."""

    def write(index: int, items: tuple[Item, ...]) -> None:
        shard = Shard(plan.run, index, plan.options, items, plan.recipe)
        bucket.write_record(RunKeys(plan.run).shard(plan.draft, index), shard)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for _ in pool.map(write, range(len(shards)), shards):
            pass  # raises the error of a failed write


def redraft(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> Plan:
    """Write another shard set for a further job of the run. The manifest stays as it is.

    Returns:
        The plan of the further job, which is not written.
    """
    second = replace(plan, draft=new_draft(), shards=len(shards))
    write_shards(bucket, second, shards)
    return second


def find_plan(bucket: Bucket, run: str) -> Plan | None:
    """Read the summary of a run's manifest; None if none is frozen yet."""
    return bucket.find_record(Plan, RunKeys(run).plan)


def read_plan(bucket: Bucket, run: str) -> Plan:
    """Read the summary of a run's manifest.

    Raises:
        ManifestMissing: the run has no manifest.
    """
    plan = find_plan(bucket, run)
    if plan is None:
        raise ManifestMissing(
            f"{bucket.uri(RunKeys(run).plan)} does not exist: the task plan failed, somebody marked it as successful, "
            "or the run's records have expired. Read the log of the first red task, then clear the task plan and those "
            "after it; or trigger a new run."
        )
    return plan


def read_items(bucket: Bucket, plan: Plan) -> Iterator[Item]:
    """Read the files that the children get.

    Raises:
        RecordMissing: a shard does not exist.
    """
    shard_keys = [RunKeys(plan.run).shard(plan.draft, index) for index in range(plan.shards)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for shard in pool.map(lambda key: bucket.read_record(Shard, key), shard_keys):
            yield from shard.items


def read_done(bucket: Bucket, plan: Plan) -> tuple[Item, ...]:
    """Read the files that an earlier run transcribed.

    Raises:
        RecordMissing: the record does not exist.
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
