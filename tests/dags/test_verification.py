"""Verification: a transcript that is not there, or not what was written, must never pass."""

from __future__ import annotations

import hashlib
import json

import pytest

from transcription.bucket import Bucket
from transcription.contract import keys, result
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Item, Plan
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model, Output, Result
from transcription.manifests import freeze, read_items
from transcription.outcomes import MISSING
from transcription.verification import verify

RUN = "run-1"
ITEM = Item(0, "input/a b.wav", "etag", 10)


def put(bucket: Bucket, key: str, content: bytes) -> Output:
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=content)
    return Output(key, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def plan(bucket: Bucket) -> Plan:
    return freeze(bucket, RUN, Options(), [(ITEM,)], [])


def transcribe(bucket: Bucket, text: bytes = b"one two\n", document: bytes | None = None) -> Result:
    """What the container does with `ITEM`."""
    document = json.dumps({"text": "one two"}).encode() if document is None else document
    record = Result(
        item=ITEM,
        status=result.TRANSCRIBED,
        options=Options(),
        model=Model("m", "0"),
        finished="2026-11-22T01:00:00+00:00",
        wall_seconds=1.0,
        audio=Audio(2.0, 16_000, 1, "PCM_16"),
        outputs=(put(bucket, "output/a b", text), put(bucket, "output/a b.json", document)),
    )
    bucket.write_record(RunKeys(RUN).result(0), record)
    return record


def verdict(bucket: Bucket, plan: Plan) -> tuple[str, str]:
    (outcome,) = verify(bucket, plan).files
    return outcome.status, outcome.failure.code if outcome.failure else ""


def test_a_transcript_that_is_there_passes(bucket: Bucket, plan: Plan) -> None:
    transcribe(bucket)
    assert verdict(bucket, plan) == (result.TRANSCRIBED, "")


def test_a_child_that_died_leaves_its_file_unfinished(bucket: Bucket, plan: Plan) -> None:
    put(bucket, keys.transcript("a b"), b"one two\n")  # the transcript alone commits nothing
    assert verdict(bucket, plan) == (MISSING, "NO_RESULT")


@pytest.mark.parametrize("key", ["output/a b", "output/a b.json"])
def test_a_transcript_that_vanished_does_not_pass(bucket: Bucket, plan: Plan, key: str) -> None:
    transcribe(bucket)
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_transcript_that_somebody_changed_does_not_pass(bucket: Bucket, plan: Plan) -> None:
    transcribe(bucket)
    put(bucket, "output/a b", b"one three\n")
    put(bucket, "output/a b.json", b'{"text": "one three"}')
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"text": "one"}'])
def test_a_transcript_whose_two_forms_disagree_does_not_pass(bucket: Bucket, plan: Plan, document: bytes) -> None:
    transcribe(bucket, document=document)
    assert verdict(bucket, plan) == (MISSING, "TRANSCRIPT_UNVERIFIED")


def test_a_result_about_another_upload_does_not_pass(bucket: Bucket, plan: Plan) -> None:
    record = transcribe(bucket)
    other = Item(0, ITEM.key, "another-etag", 10)
    bucket.write_record(RunKeys(RUN).result(0), Result(**{**vars(record), "item": other}))
    assert verdict(bucket, plan) == (MISSING, "NO_RESULT")


def test_a_result_that_cannot_be_read_does_not_pass(bucket: Bucket, plan: Plan) -> None:
    put(bucket, RunKeys(RUN).result(0), b"{")
    assert verdict(bucket, plan) == (MISSING, "RECORD_INVALID")


def test_silence_has_an_empty_transcript(bucket: Bucket, plan: Plan) -> None:
    transcribe(bucket, text=b"", document=b'{"text": ""}')
    assert verdict(bucket, plan) == (result.TRANSCRIBED, "")


def test_a_frozen_manifest_never_changes(bucket: Bucket, plan: Plan) -> None:
    """A task that was cut off and goes on late used to be able to change what the children read."""
    late = freeze(bucket, RUN, Options(beam_width=7), [(Item(0, "input/other.wav", "e", 1),)], [])
    assert late == plan
    assert list(read_items(bucket, late)) == [ITEM]
