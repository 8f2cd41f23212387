"""Verification: a transcript that does not exist, or is not what the container wrote, never passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.dags.bucket_objects import RUN, freeze
from tests.support.dags.container_transcripts import Container, put
from tests.support.dags.outcome_lists import verify_plan
from tests.support.standin.standin_server import LocalAws
from transcription.contract import result
from transcription.contract.errors import RecordMissing, StorageDenied
from transcription.contract.manifest import Failure, Item, Plan, Refusal
from transcription.contract.options import DEFAULT_FORMATS, Options
from transcription.contract.result import Result
from transcription.contract.run_keys import RunKeys
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome
from transcription.shared.bucket import Bucket

ITEM = Item(0, "input/a b.wav", "etag", 10)
OUTPUTS = ("output/a b", "output/a b.json", "output/a b.srt", "output/a b.vtt")


@pytest.fixture
def plan(bucket: Bucket) -> Plan:
    return freeze(bucket, (ITEM,), options=Options(formats=DEFAULT_FORMATS))


@pytest.fixture
def transcribed(bucket: Bucket, plan: Plan, container: Container) -> Result:
    """The result record of `ITEM`, whose transcripts the container has written."""
    return container.transcribe(bucket, plan, ITEM)


def outcome(bucket: Bucket, plan: Plan) -> Outcome:
    """Verify a plan with one file."""
    (outcome,) = verify_plan(bucket, plan)
    return outcome


def status_and_code(bucket: Bucket, plan: Plan) -> tuple[str, str]:
    verified = outcome(bucket, plan)
    return verified.status, verified.failure.code if verified.failure else ""


def test_what_the_container_writes_passes(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    assert outcome(bucket, plan) == Outcome(
        ITEM,
        result.TRANSCRIBED,
        audio=transcribed.audio,
        words=3,
        confidence=transcribed.confidence,
        unsure_words=transcribed.unsure_words,
        cpu_seconds=transcribed.cpu_seconds,
        engine=transcribed.engine,
    )
    assert transcribed.engine == "libdeepspeech 0.9.3"
    assert transcribed.cpu_seconds > 0


def test_the_outcome_holds_the_figures_of_the_result_record(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    counted = replace(transcribed, unsure_words=2, cpu_seconds=0.75, engine_note="too little memory")
    bucket.write_record(RunKeys(RUN).result(0), counted)
    verified = outcome(bucket, plan)
    assert (verified.words, verified.unsure_words, verified.cpu_seconds) == (3, 2, 0.75)
    assert verified.engine_note == "too little memory"


def test_silence_passes(bucket: Bucket, plan: Plan, container: Container) -> None:
    container.transcribe(bucket, plan, ITEM, like="silence")
    verified = outcome(bucket, plan)
    assert (verified.status, verified.no_speech) == (result.TRANSCRIBED, True)
    assert (verified.words, verified.confidence) == (0, None)


def test_a_file_that_can_never_be_transcribed_keeps_its_reason(
    bucket: Bucket, plan: Plan, container: Container
) -> None:
    written = container.transcribe(bucket, plan, ITEM, like="broken")
    assert written.failure
    assert (outcome(bucket, plan).status, outcome(bucket, plan).failure) == (result.FAILED, written.failure)
    assert written.failure.code == "AUDIO_NOT_WAV"


def test_a_file_that_changed_before_it_was_read_is_left(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    failure = Failure("INPUT_CHANGED", "uploaded again")
    left = replace(transcribed, status=result.LEFT, failure=failure, outputs=())
    bucket.write_record(RunKeys(RUN).result(0), left)
    assert (outcome(bucket, plan).status, outcome(bucket, plan).failure) == (result.LEFT, failure)


def test_a_file_without_a_result_record_does_not_pass(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    """A child that died may have written the transcripts; without the record they do not count."""
    bucket.client.delete_object(Bucket=bucket.name, Key=RunKeys(RUN).result(0))
    assert status_and_code(bucket, plan) == (MISSING, "NO_RESULT")


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize("key", OUTPUTS)
def test_a_transcript_that_vanished_does_not_pass(bucket: Bucket, plan: Plan, key: str) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert status_and_code(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert f"{key!r} does not exist" in str(outcome(bucket, plan).failure)


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize("key", OUTPUTS)
@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data[:-2] + b"x\n"])
def test_a_transcript_that_somebody_changed_does_not_pass(
    bucket: Bucket, plan: Plan, key: str, change: Callable[[bytes], bytes]
) -> None:
    put(bucket, key, change(bucket.read(key) or b""))
    assert status_and_code(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert f"{key!r} is not what the container wrote" in str(outcome(bucket, plan).failure)


@pytest.mark.parametrize("key", OUTPUTS)
def test_a_transcript_that_the_result_does_not_list_does_not_pass(
    bucket: Bucket, plan: Plan, transcribed: Result, key: str
) -> None:
    others = tuple(output for output in transcribed.outputs if output.key != key)
    bucket.write_record(RunKeys(RUN).result(0), replace(transcribed, outputs=others))
    assert status_and_code(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def rewrite(bucket: Bucket, written: Result, key: str, data: bytes) -> None:
    """Replace a transcript, and its digest in the result record, as if the container had written it so."""
    others = tuple(output for output in written.outputs if output.key != key)
    bucket.write_record(RunKeys(RUN).result(0), replace(written, outputs=(*others, put(bucket, key, data))))


@pytest.mark.parametrize("change", [{"version": 2}, {"words": []}, {"confidence": 7}, {"provenance": {}}])
def test_json_that_breaks_its_schema_does_not_pass_though_its_digest_is_right(
    bucket: Bucket, plan: Plan, transcribed: Result, change: dict[str, Any]
) -> None:
    document = json.loads(bucket.read("output/a b.json") or b"")
    rewrite(bucket, transcribed, "output/a b.json", json.dumps({**document, **change}).encode())
    assert status_and_code(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert "breaks its schema" in str(outcome(bucket, plan).failure)


def test_text_and_json_that_differ_do_not_pass_though_their_digests_are_right(
    bucket: Bucket, plan: Plan, transcribed: Result
) -> None:
    rewrite(bucket, transcribed, "output/a b", b"seven one four\n")
    assert status_and_code(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


@pytest.mark.parametrize("other", [{"etag": "another"}, {"key": "input/b.wav"}, {"size": 11}, {"number": 1}])
def test_a_result_about_another_upload_does_not_pass(
    bucket: Bucket, plan: Plan, transcribed: Result, other: dict[str, Any]
) -> None:
    bucket.write_record(RunKeys(RUN).result(0), replace(transcribed, item=replace(ITEM, **other)))
    assert status_and_code(bucket, plan) == (MISSING, "NO_RESULT")


def test_a_result_that_cannot_be_read_does_not_pass(bucket: Bucket, plan: Plan) -> None:
    put(bucket, RunKeys(RUN).result(0), b"{")
    assert status_and_code(bucket, plan) == (MISSING, "RECORD_INVALID")


def test_all_planned_files_have_an_outcome_in_the_order_of_the_manifest(bucket: Bucket, container: Container) -> None:
    items = [Item(number, f"input/{number}.wav", f"etag-{number}", 1) for number in range(5)]
    refusal = Refusal(items[3], Failure("OUTPUT_CONFLICT", "another one"))
    plan = freeze(bucket, (items[4],), (items[0], items[1]), done=[items[2]], refused=(refusal,))
    container.transcribe(bucket, plan, items[0])
    container.transcribe(bucket, plan, items[2])
    container.transcribe(bucket, plan, items[4], like="silence")
    verified = verify_plan(bucket, plan)
    assert [outcome.item for outcome in verified] == items
    statuses = [result.TRANSCRIBED, MISSING, DONE_BEFORE, result.FAILED, result.TRANSCRIBED]
    assert [outcome.status for outcome in verified] == statuses
    assert verified[3].failure == refusal.failure


@pytest.fixture
def done_before(bucket: Bucket, container: Container) -> Plan:
    """A plan in which `ITEM` was done before, and its transcripts."""
    plan = freeze(bucket, done=[ITEM])
    container.transcribe(bucket, plan, ITEM)
    return plan


def test_a_file_that_was_done_before_keeps_its_figures(bucket: Bucket, done_before: Plan) -> None:
    verified = outcome(bucket, done_before)
    assert (verified.status, verified.failure, verified.words) == (DONE_BEFORE, None, 3)
    assert verified.audio
    assert verified.confidence


def test_a_file_that_was_done_before_keeps_its_count_of_unsure_words(bucket: Bucket, done_before: Plan) -> None:
    document = json.loads(bucket.read("output/a b.json") or b"")
    put(bucket, "output/a b.json", json.dumps({**document, "unsure_words": 2}).encode())
    assert outcome(bucket, done_before).unsure_words == 2


@pytest.mark.parametrize("key", ["output/a b", "output/a b.json"])
def test_a_file_whose_earlier_transcript_vanished_does_not_pass(bucket: Bucket, done_before: Plan, key: str) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert status_and_code(bucket, done_before) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_file_whose_earlier_transcript_was_replaced_by_one_of_another_model_does_not_pass(
    bucket: Bucket, done_before: Plan, container: Container
) -> None:
    container.transcribe(bucket, replace(done_before, recipe="another"), ITEM)
    assert status_and_code(bucket, done_before) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_missing_shard_is_an_error(bucket: Bucket, plan: Plan) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=RunKeys(RUN).shard(plan.draft, 0))
    with pytest.raises(RecordMissing):
        verify_plan(bucket, plan)


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize(("methods", "prefix"), [(["GET", "LIST"], ""), (["GET"], "runs/")])
def test_denied_access_is_an_error(bucket: Bucket, plan: Plan, aws: LocalAws, methods: list[str], prefix: str) -> None:
    aws.order(kind="deny", methods=methods, prefix=prefix)
    with pytest.raises(StorageDenied, match="AccessDenied"):
        verify_plan(bucket, plan)


def test_a_file_takes_one_request_for_its_result_and_one_per_transcript(
    bucket: Bucket, plan: Plan, transcribed: Result, aws: LocalAws
) -> None:
    aws.control("DELETE", "/_calls")
    assert outcome(bucket, plan).status == transcribed.status
    # LIST: the results. GET: the shard, a look for the page of an earlier attempt, and the result; then text, JSON, and
    # subtitles in two formats. The last GET reads the outcome. PUT: the text, and the outcome.
    records = {"LIST runs/": 1, "GET runs/": 3 + 1, "PUT runs/": 2}
    assert aws.control("GET", "/_calls") == {"s3": {**records, "GET output/": 4}}
