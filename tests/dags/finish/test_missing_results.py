"""A file without a result has the most exact reason that somebody recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.dags.bucket_objects import RUN, freeze
from tests.support.dags.container_transcripts import Container, put
from tests.support.dags.outcome_lists import verify_plan
from tests.support.standin.standin_server import LocalAws
from transcription.contract import result
from transcription.contract.manifest import Failure, Item, Plan, Refusal
from transcription.contract.reason import Reason
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import MISSING, Outcome
from transcription.shared import manifest_store
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job

KEYS = RunKeys(RUN)
ITEMS = tuple(Item(number, f"input/{number}.wav", f"etag-{number}", 10) for number in range(4))
DENIED = Failure("OBJECT_DENIED", "S3 refused input/0.wav")
MODEL = Failure("MODEL_INVALID", "the scorer is cut short")


@pytest.fixture
def plan(bucket: Bucket) -> Plan:
    """A plan of two children with two files each."""
    return freeze(bucket, ITEMS[:2], ITEMS[2:])


def record_for_file(bucket: Bucket, plan: Plan, item: Item, failure: Failure = DENIED) -> None:
    bucket.write_record(KEYS.file_reason(plan.draft, item.number), Reason(failure, item))


def record_for_child(bucket: Bucket, plan: Plan, index: int, failure: Failure = MODEL) -> None:
    bucket.write_record(KEYS.child_reason(plan.draft, index), Reason(failure))


def record_job(bucket: Bucket, *failed: FailedChild, draft: str = "", reason: str = "") -> None:
    bucket.write_record(KEYS.job, Job(RUN, "job", "name", "FAILED", failed=failed, draft=draft, reason=reason))


def failures(bucket: Bucket, plan: Plan) -> list[Failure | None]:
    """Verify the plan, of which no file has a result, and return the reasons."""
    outcomes = verify_plan(bucket, plan)
    assert {outcome.status for outcome in outcomes} == {MISSING}
    return [outcome.failure for outcome in outcomes]


def test_a_file_has_its_own_reason_before_that_of_its_child(bucket: Bucket, plan: Plan) -> None:
    record_for_file(bucket, plan, ITEMS[0])
    record_for_child(bucket, plan, 0)
    assert failures(bucket, plan)[:2] == [DENIED, MODEL]


def test_the_reason_of_a_child_counts_for_its_files_only(bucket: Bucket, plan: Plan) -> None:
    record_for_child(bucket, plan, 1)
    nothing = Failure("NO_RESULT", "No child wrote a result for this file.")
    assert failures(bucket, plan) == [nothing, nothing, MODEL, MODEL]


def test_a_child_that_batch_ended_has_batchs_reason(bucket: Bucket, plan: Plan) -> None:
    record_job(bucket, FailedChild("job:1", "Host EC2 (instance i-1) terminated", ""), draft=plan.draft)
    first, _, third, fourth = failures(bucket, plan)
    assert first
    assert "terminated" not in first.message
    assert third == fourth
    assert third
    assert third.code == "NO_RESULT"
    assert "Host EC2 (instance i-1) terminated" in third.message


def test_a_plain_job_is_the_only_child(bucket: Bucket) -> None:
    plan = freeze(bucket, ITEMS)
    record_job(bucket, FailedChild("job", "OutOfMemoryError", ""), draft=plan.draft)
    assert all("OutOfMemoryError" in str(failure) for failure in failures(bucket, plan))


def test_a_job_that_ended_before_any_child_has_its_own_reason(bucket: Bucket, plan: Plan) -> None:
    record_job(bucket, draft=plan.draft, reason="No child was started for 60 minutes")
    assert all("No child was started for 60 minutes" in str(failure) for failure in failures(bucket, plan))


def test_the_reasons_of_an_earlier_job_do_not_count(bucket: Bucket, plan: Plan) -> None:
    record_for_file(bucket, plan, ITEMS[0])
    record_for_child(bucket, plan, 0)
    second = manifest_store.redraft(bucket, plan, [ITEMS[3:], ITEMS[:3]])
    record_job(bucket, FailedChild("job:0", "OutOfMemoryError", ""), draft=second.draft)
    record_for_child(bucket, second, 1, replace(MODEL, message="another"))
    *others, last = failures(bucket, plan)
    assert others == [replace(MODEL, message="another")] * 3
    assert "OutOfMemoryError" in str(last)


def test_a_result_counts_more_than_a_reason_of_an_earlier_attempt(
    bucket: Bucket, plan: Plan, container: Container
) -> None:
    for item in ITEMS:
        record_for_file(bucket, plan, item)
        container.transcribe(bucket, plan, item)
    assert {outcome.status for outcome in verify_plan(bucket, plan)} == {result.TRANSCRIBED}


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_reason_that_cannot_be_read_counts_as_absent(bucket: Bucket, plan: Plan, content: bytes) -> None:
    put(bucket, KEYS.file_reason(plan.draft, 0), content)
    put(bucket, KEYS.child_reason(plan.draft, 1), content)
    put(bucket, KEYS.reasons(plan.draft) + "notes.txt", content)
    put(bucket, KEYS.job, content)
    assert {failure.code for failure in failures(bucket, plan) if failure} == {"NO_RESULT"}


def test_a_reason_about_another_file_does_not_count(bucket: Bucket, plan: Plan) -> None:
    bucket.write_record(KEYS.file_reason(plan.draft, 0), Reason(DENIED, ITEMS[1]))
    assert DENIED not in failures(bucket, plan)


def test_an_archived_file_is_left_with_its_reason(bucket: Bucket) -> None:
    archived = Refusal(ITEMS[1], Failure("INPUT_ARCHIVED", "Restore it first"))
    plan = freeze(bucket, archived=(archived,))
    assert verify_plan(bucket, plan) == [Outcome(ITEMS[1], result.LEFT, archived.failure)]


def test_reasons_are_listed_once_and_only_those_that_exist_are_read(bucket: Bucket, plan: Plan, aws: LocalAws) -> None:
    record_for_file(bucket, plan, ITEMS[0])
    record_for_child(bucket, plan, 1)
    record_job(bucket, draft=plan.draft)
    aws.control("DELETE", "/_calls")
    failures(bucket, plan)
    # LIST: the results and the reasons. GET: two shards; the job, a file's reason, a child's reason and its shard; the
    # page of outcomes, before and after verification.
    assert aws.control("GET", "/_calls")["s3"]["LIST runs/"] == 2
    assert aws.control("GET", "/_calls")["s3"]["GET runs/"] == 8
