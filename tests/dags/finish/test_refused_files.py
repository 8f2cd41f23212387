"""One file that S3 refuses is missing with S3's message, and every other file goes on."""

from __future__ import annotations

import pytest

from tests.support.dags.bucket_objects import files, freeze, upload_all
from tests.support.dags.container_transcripts import Container
from tests.support.dags.outcome_lists import move_files, verify_plan
from tests.support.dags.s3_refusals import answer
from tests.support.standin.standin_server import LocalAws
from transcription.contract import result
from transcription.contract.errors import StorageDenied
from transcription.contract.manifest import Item
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome
from transcription.plan.existing_transcripts import find_transcripts
from transcription.shared.bucket import Bucket

NAMES = ("a.wav", "no/b.wav", "z.wav")
REFUSED = NAMES[1]
ITEMS = tuple(Item(number, f"input/{name}", f"etag-{number}", 10) for number, name in enumerate(NAMES))


@pytest.fixture
def inputs(bucket: Bucket) -> tuple[Item, ...]:
    return upload_all(bucket, *(f"input/{name}" for name in NAMES))


def move_all(bucket: Bucket, items: tuple[Item, ...]) -> list[Outcome]:
    return move_files(bucket, *(Outcome(item, result.TRANSCRIBED) for item in items))


def check_refused(outcomes: list[Outcome], key: str, words: str, status: str = result.TRANSCRIBED) -> None:
    """Check that only the second file is missing, because S3 refused `key`."""
    assert [outcome.status for outcome in outcomes] == [status, MISSING, status]
    failure = outcomes[1].failure
    assert failure
    assert failure.code == "OBJECT_DENIED"
    assert key in failure.message
    assert words in failure.message


@pytest.mark.parametrize(
    ("methods", "prefix"),
    [(["GET"], "input/no/"), (["PUT"], "processed/no/"), (["GET", "PUT", "DELETE"], "input/no/")],
)
def test_a_file_that_may_not_be_copied_stays_and_its_neighbours_are_moved(
    bucket: Bucket, aws: LocalAws, inputs: tuple[Item, ...], methods: list[str], prefix: str
) -> None:
    aws.order(kind="deny", methods=methods, prefix=prefix)
    check_refused(move_all(bucket, inputs), f"{prefix}b.wav", "AccessDenied")
    aws.control("DELETE", "/_faults")
    assert set(files(bucket)) == {"processed/a.wav", f"input/{REFUSED}", "processed/z.wav"}


def test_a_file_that_may_not_be_deleted_names_its_copy_and_its_neighbours_are_moved(
    bucket: Bucket, aws: LocalAws, inputs: tuple[Item, ...]
) -> None:
    aws.order(kind="deny", methods=["DELETE"], prefix="input/no/")
    outcomes = move_all(bucket, inputs)
    check_refused(outcomes, f"input/{REFUSED}", "AccessDenied")
    assert f"copied to s3://{bucket.name}/processed/{REFUSED}" in str(outcomes[1].failure)
    assert set(files(bucket)) == {*(f"processed/{name}" for name in NAMES), f"input/{REFUSED}"}


def test_one_file_alone_that_is_refused_is_reported(bucket: Bucket, aws: LocalAws, inputs: tuple[Item, ...]) -> None:
    """The next run has only this file; it must not end without a report."""
    aws.order(kind="deny", methods=["GET"], prefix="input/no/")
    (outcome,) = move_all(bucket, inputs[1:2])
    assert outcome.status == MISSING


@pytest.mark.parametrize(
    ("status", "code"), [(400, "InvalidRequest"), (403, "InvalidObjectState"), (400, "KMS.DisabledException")]
)
@pytest.mark.parametrize("actions", [("CopyObject",), ("CopyObject", "HeadObject")])
def test_an_encrypted_or_archived_file_stays_with_the_message_of_s3(
    bucket: Bucket, inputs: tuple[Item, ...], actions: tuple[str, ...], status: int, code: str
) -> None:
    with answer(bucket, dict.fromkeys(actions, f"input/{REFUSED}"), status, code, "Not with this request"):
        outcomes = move_all(bucket, inputs)
    check_refused(outcomes, f"input/{REFUSED}", f"({code}): Not with this request.")
    assert set(files(bucket)) == {"processed/a.wav", f"input/{REFUSED}", "processed/z.wav"}


def test_credentials_that_expire_stop_the_move(bucket: Bucket, inputs: tuple[Item, ...]) -> None:
    expired = answer(bucket, {"CopyObject": "input/no/"}, 400, "ExpiredToken", "The provided token has expired")
    with expired, pytest.raises(StorageDenied, match="ExpiredToken"):
        move_all(bucket, inputs)


@pytest.mark.parametrize("key", ["output/no/b", "output/no/b.json", "result"])
def test_a_transcript_or_result_that_may_not_be_read_does_not_stop_verification(
    bucket: Bucket, aws: LocalAws, container: Container, key: str
) -> None:
    plan = freeze(bucket, ITEMS)
    for item in ITEMS:
        container.transcribe(bucket, plan, item)
    refused = RunKeys(plan.run).result(1) if key == "result" else key
    aws.order(kind="deny", methods=["GET"], prefix=refused)
    check_refused(verify_plan(bucket, plan), refused, "AccessDenied")


def test_an_earlier_transcript_that_may_not_be_read_does_not_stop_verification(
    bucket: Bucket, aws: LocalAws, container: Container
) -> None:
    plan = freeze(bucket, done=ITEMS)
    for item in ITEMS:
        container.transcribe(bucket, plan, item)
    aws.order(kind="deny", methods=["GET"], prefix="output/no/")
    check_refused(verify_plan(bucket, plan), "output/no/b.json", "AccessDenied", DONE_BEFORE)


def test_an_earlier_transcript_that_may_not_be_read_counts_as_absent_in_planning(
    bucket: Bucket, aws: LocalAws, container: Container
) -> None:
    plan = freeze(bucket, ITEMS)
    for item in ITEMS:
        container.transcribe(bucket, plan, item)
    aws.order(kind="deny", methods=["GET"], prefix="output/no/b.json")
    transcripts = find_transcripts(bucket, ITEMS, plan.recipe)
    assert [transcript.item for transcript in transcripts] == [ITEMS[0], ITEMS[2]]
