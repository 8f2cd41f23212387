"""Verification: a transcript that is not there, or not what was written, must never pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.dags.bucket_objects import RUN, freeze
from tests.support.dags.container_transcripts import Container, put
from tests.support.standin.standin_server import LocalAws
from transcription.contract import result
from transcription.contract.errors import RecordMissing, StorageDenied
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Failure, Item, Plan, Refusal
from transcription.contract.options import FORMATS, Options
from transcription.contract.result import Result
from transcription.finish.outcomes import DONE_BEFORE, MISSING, Outcome
from transcription.finish.verification import verify
from transcription.shared.bucket import Bucket

ITEM = Item(0, "input/a b.wav", "etag", 10)
OUTPUTS = ("output/a b", "output/a b.json", "output/a b.srt", "output/a b.vtt")


@pytest.fixture
def plan(bucket: Bucket) -> Plan:
    return freeze(bucket, (ITEM,), options=Options(formats=FORMATS))


@pytest.fixture
def transcribed(bucket: Bucket, plan: Plan, container: Container) -> Result:
    """What the container does with `ITEM`."""
    return container.transcribe(bucket, plan, ITEM)


def outcome(bucket: Bucket, plan: Plan) -> Outcome:
    (outcome,) = verify(bucket, plan).files
    return outcome


def verdict(bucket: Bucket, plan: Plan) -> tuple[str, str]:
    found = outcome(bucket, plan)
    return found.status, found.failure.code if found.failure else ""


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


def test_the_report_is_told_what_the_container_counted(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    counted = replace(transcribed, unsure_words=2, cpu_seconds=0.75, engine_note="too little memory")
    bucket.write_record(RunKeys(RUN).result(0), counted)
    found = outcome(bucket, plan)
    assert (found.words, found.unsure_words, found.cpu_seconds) == (3, 2, 0.75)
    assert found.engine_note == "too little memory"


def test_silence_passes(bucket: Bucket, plan: Plan, container: Container) -> None:
    container.transcribe(bucket, plan, ITEM, like="silence")
    found = outcome(bucket, plan)
    assert (found.status, found.no_speech, found.words, found.confidence) == (result.TRANSCRIBED, True, 0, None)


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


def test_a_child_that_died_leaves_its_file_unfinished(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    """The transcripts alone commit nothing."""
    bucket.client.delete_object(Bucket=bucket.name, Key=RunKeys(RUN).result(0))
    assert verdict(bucket, plan) == (MISSING, "NO_RESULT")


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize("key", OUTPUTS)
def test_a_transcript_that_vanished_does_not_pass(bucket: Bucket, plan: Plan, key: str) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert f"{key!r} is not there" in str(outcome(bucket, plan).failure)


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize("key", OUTPUTS)
@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data[:-2] + b"x\n"])
def test_a_transcript_that_somebody_changed_does_not_pass(
    bucket: Bucket, plan: Plan, key: str, change: Callable[[bytes], bytes]
) -> None:
    put(bucket, key, change(bucket.read(key) or b""))
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert f"{key!r} is not what the container wrote" in str(outcome(bucket, plan).failure)


@pytest.mark.parametrize("key", OUTPUTS)
def test_a_transcript_that_the_result_is_silent_about_does_not_pass(
    bucket: Bucket, plan: Plan, transcribed: Result, key: str
) -> None:
    kept = tuple(output for output in transcribed.outputs if output.key != key)
    bucket.write_record(RunKeys(RUN).result(0), replace(transcribed, outputs=kept))
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def rewrite(bucket: Bucket, written: Result, key: str, data: bytes) -> None:
    """Let the container write something else, and say so in its result."""
    others = tuple(output for output in written.outputs if output.key != key)
    bucket.write_record(RunKeys(RUN).result(0), replace(written, outputs=(*others, put(bucket, key, data))))


@pytest.mark.parametrize("change", [{"version": 2}, {"words": []}, {"confidence": 7}, {"provenance": {}}])
def test_a_container_that_writes_invalid_json_does_not_pass(
    bucket: Bucket, plan: Plan, transcribed: Result, change: dict[str, Any]
) -> None:
    document = json.loads(bucket.read("output/a b.json") or b"")
    rewrite(bucket, transcribed, "output/a b.json", json.dumps({**document, **change}).encode())
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")
    assert "breaks its schema" in str(outcome(bucket, plan).failure)


def test_a_container_whose_two_forms_disagree_does_not_pass(bucket: Bucket, plan: Plan, transcribed: Result) -> None:
    rewrite(bucket, transcribed, "output/a b", b"seven one four\n")
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


@pytest.mark.parametrize("other", [{"etag": "another"}, {"key": "input/b.wav"}, {"size": 11}, {"number": 1}])
def test_a_result_about_another_upload_does_not_pass(
    bucket: Bucket, plan: Plan, transcribed: Result, other: dict[str, Any]
) -> None:
    bucket.write_record(RunKeys(RUN).result(0), replace(transcribed, item=replace(ITEM, **other)))
    assert verdict(bucket, plan) == (MISSING, "NO_RESULT")


def test_a_result_that_cannot_be_read_does_not_pass(bucket: Bucket, plan: Plan) -> None:
    put(bucket, RunKeys(RUN).result(0), b"{")
    assert verdict(bucket, plan) == (MISSING, "RECORD_INVALID")


def test_all_planned_files_have_an_outcome_in_the_order_of_the_manifest(bucket: Bucket, container: Container) -> None:
    items = [Item(number, f"input/{number}.wav", f"etag-{number}", 1) for number in range(5)]
    refusal = Refusal(items[3], Failure("OUTPUT_CONFLICT", "another one"))
    plan = freeze(bucket, (items[4],), (items[0], items[1]), done=[items[2]], refused=(refusal,))
    container.transcribe(bucket, plan, items[0])
    container.transcribe(bucket, plan, items[2])
    container.transcribe(bucket, plan, items[4], like="silence")
    found = verify(bucket, plan)
    assert found.run == RUN
    assert [each.item for each in found.files] == items
    statuses = [result.TRANSCRIBED, MISSING, DONE_BEFORE, result.FAILED, result.TRANSCRIBED]
    assert [each.status for each in found.files] == statuses
    assert found.files[3].failure == refusal.failure


@pytest.fixture
def done_before(bucket: Bucket, container: Container) -> Plan:
    """A plan in which `ITEM` was done before, and what did it."""
    plan = freeze(bucket, done=[ITEM])
    container.transcribe(bucket, plan, ITEM)
    return plan


def test_a_file_that_was_done_before_is_what_it_was(bucket: Bucket, done_before: Plan) -> None:
    found = outcome(bucket, done_before)
    assert (found.status, found.failure, found.words) == (DONE_BEFORE, None, 3)
    assert found.audio
    assert found.confidence


def test_words_that_were_unsure_before_are_still(bucket: Bucket, done_before: Plan) -> None:
    document = json.loads(bucket.read("output/a b.json") or b"")
    put(bucket, "output/a b.json", json.dumps({**document, "unsure_words": 2}).encode())
    assert outcome(bucket, done_before).unsure_words == 2


@pytest.mark.parametrize("key", ["output/a b", "output/a b.json"])
def test_a_file_whose_earlier_transcript_vanished_since_does_not_pass(
    bucket: Bucket, done_before: Plan, key: str
) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert verdict(bucket, done_before) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_file_whose_earlier_transcript_was_made_anew_with_another_model_does_not_pass(
    bucket: Bucket, done_before: Plan, container: Container
) -> None:
    container.transcribe(bucket, replace(done_before, recipe="another"), ITEM)
    assert verdict(bucket, done_before) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_shard_that_is_gone_is_not_taken_for_an_empty_one(bucket: Bucket, plan: Plan) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key=RunKeys(RUN).shard(plan.draft, 0))
    with pytest.raises(RecordMissing):
        verify(bucket, plan)


@pytest.mark.usefixtures("transcribed")
@pytest.mark.parametrize("prefix", ["output/", "runs/"])
def test_denied_access_is_an_error_and_not_a_verdict(bucket: Bucket, plan: Plan, aws: LocalAws, prefix: str) -> None:
    aws.order(kind="deny", methods=["GET"], prefix=prefix)
    with pytest.raises(StorageDenied, match="AccessDenied"):
        verify(bucket, plan)


def test_each_file_costs_its_result_and_its_transcripts(
    bucket: Bucket, plan: Plan, transcribed: Result, aws: LocalAws
) -> None:
    aws.control("DELETE", "/_calls")
    assert outcome(bucket, plan).status == transcribed.status
    # The result's listing; the shard and the result; text, JSON and two kinds of subtitles.
    assert aws.control("GET", "/_calls") == {"s3": {"LIST runs/": 1, "GET runs/": 2, "GET output/": 4}}
