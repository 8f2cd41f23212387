"""The storage of a run's manifest in S3: it is written once, and then only read."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from transcription.contract.errors import ManifestMissing
from transcription.contract.manifest import Done, Item, Plan, Shard
from transcription.contract.run_keys import RunKeys
from transcription.shared.bucket import CONCURRENCY, Bucket


def new_draft() -> str:
    """Return a random name for a new shard set."""
    return secrets.token_hex(4)


def freeze(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]], done: Sequence[Item]) -> Plan:
    """Write the manifest of a run. If the run already has a manifest, that one stays in use.

    Args:
        bucket: the audio bucket.
        plan: the summary of the manifest. It is written last.
        shards: the files of each child.
        done: the files that an earlier run transcribed.

    Returns:
        The summary of the manifest in use.
    """
    write_shards(bucket, plan, shards)
    if done:
        bucket.write_record(RunKeys(plan.run).done(plan.draft), Done(plan.run, tuple(done)))
    bucket.write_record(RunKeys(plan.run).plan, plan, once=True)
    return read_plan(bucket, plan.run)


def write_shards(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> None:
    """Write the shard set that `plan` names; `shards` holds the files of each child."""

    def write(index: int, items: tuple[Item, ...]) -> None:
        shard = Shard(plan.run, index, plan.options, items, plan.recipe)
        bucket.write_record(RunKeys(plan.run).shard(plan.draft, index), shard)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for _ in pool.map(write, range(len(shards)), shards):
            pass  # raises the error of a failed write


def redraft(bucket: Bucket, plan: Plan, shards: Sequence[tuple[Item, ...]]) -> Plan:
    """Write another shard set for a further job of the run. The plan in S3 stays as it is.

    Args:
        bucket: the audio bucket.
        plan: the run's plan.
        shards: the files of each child of the further job.

    Returns:
        The plan of the further job. It names the new shard set and is not written to S3.
    """
    second = replace(plan, draft=new_draft(), shards=len(shards))
    write_shards(bucket, second, shards)
    return second


def find_plan(bucket: Bucket, run: str) -> Plan | None:
    """Return the summary of a run's manifest, or None if no manifest is frozen yet."""
    return bucket.find_record(Plan, RunKeys(run).plan)


def read_plan(bucket: Bucket, run: str) -> Plan:
    """Return the summary of a run's manifest.

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
    """Yield the files of all shards of a plan, one shard after the other.

    Raises:
        RecordMissing: a shard does not exist.
    """
    shard_keys = [RunKeys(plan.run).shard(plan.draft, index) for index in range(plan.shards)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for shard in pool.map(lambda key: bucket.read_record(Shard, key), shard_keys):
            yield from shard.items


def read_done(bucket: Bucket, plan: Plan) -> tuple[Item, ...]:
    """Return the files of a plan that an earlier run transcribed.

    Raises:
        RecordMissing: the plan counts such files, but the record that lists them does not exist.
    """
    return bucket.read_record(Done, RunKeys(plan.run).done(plan.draft)).items if plan.done else ()


def result_keys(bucket: Bucket, run: str) -> Iterator[str]:
    """Yield the keys of the result records that the run's children have written, with one request per 1,000 keys."""
    return (record.key for record in bucket.list(RunKeys(run).results))


def read_missing(bucket: Bucket, plan: Plan) -> list[Item]:
    """Return the files of all shards of a plan that have no result record yet.

    Raises:
        RecordMissing: a shard does not exist.
    """
    recorded = set(result_keys(bucket, plan.run))
    return [item for item in read_items(bucket, plan) if RunKeys(plan.run).result(item.number) not in recorded]
