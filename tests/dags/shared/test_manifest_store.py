"""The manifest store: a frozen manifest never changes, even if a second attempt writes again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.support.dags.bucket_objects import RUN, content, freeze, make_plan, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.standin.standin_server import LIMIT, LocalAws
from transcription.contract.errors import ManifestMissing, RecordMissing, StorageDenied
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.run_keys import RunKeys
from transcription.shared import manifest_store
from transcription.shared.bucket import Bucket

A, B, C = (Item(number, f"input/{name}.wav", f"etag-{name}", 10) for number, name in enumerate("abc"))


def test_what_is_frozen_is_what_is_read(bucket: Bucket) -> None:
    plan = freeze(bucket, (A,), (B,), done=(C,), options=Options(beam_width=7), recipe="recipe-1")
    assert manifest_store.read_plan(bucket, RUN) == plan == manifest_store.find_plan(bucket, RUN)
    assert (plan.shards, plan.files, plan.bytes, plan.done) == (2, 2, 20, 1)
    assert list(manifest_store.read_items(bucket, plan)) == [A, B]
    assert manifest_store.read_done(bucket, plan) == (C,)


def test_children_find_their_options_and_the_recipe_in_their_shard(bucket: Bucket) -> None:
    plan = freeze(bucket, (A,), (B,), options=Options(beam_width=7), recipe="recipe-1")
    shard = bucket.read_record(Shard, RunKeys(RUN).shard(plan.draft, 1))
    assert shard == Shard(RUN, 1, Options(beam_width=7), (B,), "recipe-1")


def test_a_frozen_manifest_never_changes(bucket: Bucket) -> None:
    """Regression: a task that Airflow had given up on could still overwrite what the children read."""
    plan = freeze(bucket, (A,), done=(B,))
    second = freeze(bucket, (C,), options=Options(beam_width=7))
    assert second == plan
    assert list(manifest_store.read_items(bucket, second)) == [A]
    assert manifest_store.read_done(bucket, second) == (B,)


def test_two_attempts_that_freeze_at_the_same_time_use_the_same_manifest(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow can start a task again while the first attempt still runs."""
    write_record, barrier = Bucket.write_record, Barrier(8)
    written: list[bool] = []

    def write_plans_together(self: Bucket, key: str, record: Any, *, once: bool = False) -> bool:
        if not once:
            return write_record(self, key, record)
        barrier.wait(LIMIT)
        is_written = write_record(self, key, record, once=True)
        written.append(is_written)
        return is_written

    monkeypatch.setattr(Bucket, "write_record", write_plans_together)
    items = [Item(number, f"input/{number}.wav", "etag", 10) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        plans = list(pool.map(lambda item: freeze(bucket, (item,)), items))
    assert sorted(written) == [False] * 7 + [True]
    assert plans == [manifest_store.read_plan(bucket, RUN)] * 8
    (item,) = manifest_store.read_items(bucket, plans[0])
    assert item in items


def test_the_plan_is_written_only_after_all_other_parts_of_the_manifest(bucket: Bucket, aws: LocalAws) -> None:
    plan = make_plan([(A,), (B,)])
    aws.order(kind="deny", methods=["PUT"], prefix=RunKeys(RUN).shard(plan.draft, 1))
    with pytest.raises(StorageDenied, match="AccessDenied"):
        manifest_store.freeze(bucket, plan, [(A,), (B,)], [])
    assert manifest_store.find_plan(bucket, RUN) is None
    aws.control("DELETE", "/_faults")
    aws.order(kind="deny", methods=["PUT"], prefix=RunKeys(RUN).done(plan.draft))
    with pytest.raises(StorageDenied, match="AccessDenied"):
        manifest_store.freeze(bucket, plan, [(A,), (B,)], [C])
    assert manifest_store.find_plan(bucket, RUN) is None


def test_a_run_that_was_never_planned_says_where_to_look(bucket: Bucket) -> None:
    with pytest.raises(ManifestMissing, match=f"{bucket.name}/runs/{RUN}/manifest/plan.json.*first red task"):
        manifest_store.read_plan(bucket, RUN)


def test_a_part_that_is_gone_is_not_taken_for_an_empty_one(bucket: Bucket) -> None:
    plan = freeze(bucket, (A,), (B,), done=(C,))
    for key in (RunKeys(RUN).shard(plan.draft, 1), RunKeys(RUN).done(plan.draft)):
        bucket.client.delete_object(Bucket=bucket.name, Key=key)
    with pytest.raises(RecordMissing, match="00001"):
        list(manifest_store.read_items(bucket, plan))
    with pytest.raises(RecordMissing, match=r"done\.json"):
        manifest_store.read_done(bucket, plan)


def test_a_plan_without_done_items_needs_no_request_to_read_them(bucket: Bucket, aws: LocalAws) -> None:
    plan = freeze(bucket, (A,))
    aws.control("DELETE", "/_calls")
    assert manifest_store.read_done(bucket, plan) == ()
    assert aws.control("GET", "/_calls") == {}


def test_a_second_job_gets_what_has_no_result_and_the_manifest_stays(bucket: Bucket, container: Container) -> None:
    items = upload_all(bucket, "input/a.wav", "input/b.wav", "input/c.wav")
    plan = freeze(bucket, items[:2], items[2:])
    container.transcribe(bucket, plan, items[0])
    container.transcribe(bucket, plan, items[2], like="broken")
    missing = manifest_store.read_missing(bucket, plan)
    assert missing == [items[1]]

    before = content(bucket, "runs/")
    redrafted = manifest_store.redraft(bucket, plan, [tuple(missing)])
    assert (redrafted.run, redrafted.shards) == (RUN, 1)
    assert redrafted.draft != plan.draft
    assert list(manifest_store.read_items(bucket, redrafted)) == missing
    after = content(bucket, "runs/")
    assert after.keys() - before.keys() == {RunKeys(RUN).shard(redrafted.draft, 0)}
    assert before.items() <= after.items()


def test_two_drafts_never_have_the_same_name() -> None:
    assert len({manifest_store.new_draft() for _ in range(1000)}) == 1000
