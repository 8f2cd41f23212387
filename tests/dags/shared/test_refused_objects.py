"""A refusal of one object names it with S3's message; a refusal of everything is another error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.support.dags.bucket_objects import content, upload, upload_all
from tests.support.dags.s3_refusals import answer
from tests.support.standin.standin_server import LocalAws
from transcription.contract.errors import ObjectDenied, StorageDenied
from transcription.contract.log_text import printable
from transcription.contract.manifest import Item
from transcription.shared.bucket import Bucket

KEY = "input/no/a.wav"
#: HTTP status, code and message of S3 where it refuses one object: denied access, a customer's encryption key (SSE-C),
#: KMS, an archived object, a name that is too long, an action that the object does not allow.
REFUSALS = [
    (403, "AccessDenied", "User: x is not authorized to perform: kms:Decrypt"),
    (403, "AccessDenied", "Access Denied because object protected by object lock"),
    (400, "InvalidRequest", "The object was stored using a form of Server Side Encryption"),
    (400, "KMS.DisabledException", "The key is disabled"),
    (403, "InvalidObjectState", "The operation is not valid for the object's storage class"),
    (400, "KeyTooLongError", "Your key is too long"),
    (405, "MethodNotAllowed", "The specified method is not allowed against this resource"),
]

ACTIONS: dict[str, Callable[[Bucket, Item], object]] = {
    "GetObject": lambda bucket, item: bucket.read(item.key),
    "HeadObject": lambda bucket, item: bucket.find(item.key),
    "PutObject": lambda bucket, item: bucket.write_record(item.key, item),
    "CopyObject": lambda bucket, item: bucket.copy(item, "processed/no/a.wav"),
}


@pytest.mark.parametrize(("status", "code", "message"), REFUSALS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_refused_object_is_named_with_the_message_of_s3(
    bucket: Bucket, action: str, status: int, code: str, message: str
) -> None:
    item = upload(bucket, KEY)
    with answer(bucket, {action: KEY}, status, code, message), pytest.raises(ObjectDenied) as error:
        ACTIONS[action](bucket, item)
    assert f"{action} at s3://{bucket.name}/" in error.value.message
    assert KEY in error.value.message
    if action != "HeadObject":  # an answer to HEAD has no body
        assert f"({code}): {message}" in error.value.message


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("status", "code"), [(400, "ExpiredToken"), (403, "InvalidAccessKeyId")])
def test_refused_credentials_are_not_a_refused_object(bucket: Bucket, action: str, status: int, code: str) -> None:
    """HEAD says only the status, so a listing tells that the credentials are refused."""
    item = upload(bucket, KEY)
    refused = answer(bucket, {action: KEY, "ListObjectsV2": ""}, status, code)
    with refused, pytest.raises(StorageDenied) as error:
        ACTIONS[action](bucket, item)
    assert not isinstance(error.value, ObjectDenied)


def test_a_refusal_of_everything_is_not_one_of_an_object(bucket: Bucket, aws: LocalAws) -> None:
    item = upload(bucket, KEY)
    aws.order(kind="deny")
    for request in (*ACTIONS.values(), lambda bucket, item: bucket.delete([item])):
        with pytest.raises(StorageDenied, match=r"AccessDenied|403") as error:
            request(bucket, item)
        assert not isinstance(error.value, ObjectDenied)


@pytest.mark.parametrize(("status", "code"), [(409, "OperationAborted"), (409, "ConditionalRequestConflict")])
def test_an_error_that_a_retry_solves_is_no_refusal(bucket: Bucket, status: int, code: str) -> None:
    with answer(bucket, {"GetObject": KEY}, status, code), pytest.raises(ClientError, match=code):
        bucket.read(KEY)


def test_many_refusals_need_one_probe(bucket: Bucket, aws: LocalAws) -> None:
    aws.order(kind="deny", methods=["GET"], prefix="input/")
    aws.control("DELETE", "/_calls")
    for _ in range(3):
        with pytest.raises(ObjectDenied):
            bucket.read(KEY)
    assert aws.control("GET", "/_calls") == {"s3": {"GET input/": 3, "LIST input/": 1}}


def test_a_refused_deletion_does_not_stop_the_others(bucket: Bucket, aws: LocalAws) -> None:
    first, locked, bell, last = upload_all(bucket, "input/a.wav", KEY, "input/no/bell\x07.wav", "input/z.wav")
    aws.order(kind="deny", methods=["DELETE"], prefix="input/no/")
    kept = bucket.delete([first, locked, bell, last])
    assert list(kept) == [locked, bell]
    for item, refusal in kept.items():
        assert refusal
        assert printable(item.key) in refusal.message
        assert "AccessDenied" in refusal.message
    assert set(content(bucket)) == {locked.key, bell.key}


def test_a_list_of_deletions_that_s3_refuses_is_sent_one_by_one(bucket: Bucket) -> None:
    """One key that S3 refuses makes it refuse the whole list."""
    items = upload_all(bucket, "input/a.wav", KEY)
    with (
        answer(bucket, {"DeleteObjects": ""}, 400, "MalformedXML", "The XML you provided was not well-formed"),
        answer(bucket, {"DeleteObject": KEY}, 400, "KeyTooLongError", "Your key is too long"),
    ):
        kept = bucket.delete(items)
    assert list(kept) == [items[1]]
    assert "KeyTooLongError" in str(kept[items[1]])
    assert list(content(bucket)) == [KEY]
