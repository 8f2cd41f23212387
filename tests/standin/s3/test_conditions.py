"""Tests of S3's conditional requests, also with concurrent clients. They protect a recording that is uploaded again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError

OTHER = '"00000000000000000000000000000000"'


@pytest.fixture
def etag(s3: Any, bucket: str) -> str:
    """Create the object `key` with the content `old` and return its ETag."""
    return str(s3.put_object(Bucket=bucket, Key="key", Body=b"old")["ETag"])


def error_of(call: Any, **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


PRECONDITION_FAILED = ("PreconditionFailed", 412)


def test_copy_only_if_the_source_has_the_etag(s3: Any, bucket: str, etag: str) -> None:
    target = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "key"}}
    assert error_of(s3.copy_object, **target, CopySourceIfMatch=OTHER) == PRECONDITION_FAILED
    assert s3.list_objects_v2(Bucket=bucket, Prefix="copy")["KeyCount"] == 0
    s3.copy_object(**target, CopySourceIfMatch=etag)
    s3.copy_object(**target, CopySourceIfMatch=etag.strip('"'))
    gone = target | {"CopySource": {"Bucket": bucket, "Key": "gone"}}
    assert error_of(s3.copy_object, **gone, CopySourceIfMatch=etag)[0] == "NoSuchKey"


def test_copy_a_part_only_if_the_source_has_the_etag(s3: Any, bucket: str, etag: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    source = {"Bucket": bucket, "Key": "key"}
    part = {"Bucket": bucket, "Key": "copy", "UploadId": upload, "PartNumber": 1, "CopySource": source}
    assert error_of(s3.upload_part_copy, **part, CopySourceIfMatch=OTHER) == PRECONDITION_FAILED
    copied = s3.upload_part_copy(**part, CopySourceIfMatch=etag)["CopyPartResult"]["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": copied}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="copy", UploadId=upload, MultipartUpload=parts)
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"old"


def test_copy_does_not_overwrite(s3: Any, bucket: str, etag: str) -> None:
    target = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "key"}}
    s3.copy_object(**target, IfNoneMatch="*")
    assert error_of(s3.copy_object, **target, IfNoneMatch="*") == PRECONDITION_FAILED
    assert error_of(s3.copy_object, **target, IfMatch=OTHER) == PRECONDITION_FAILED
    s3.copy_object(**target, IfMatch=etag)


def test_delete_only_if_the_object_has_the_etag(s3: Any, bucket: str, etag: str) -> None:
    assert error_of(s3.delete_object, Bucket=bucket, Key="key", IfMatch=OTHER) == PRECONDITION_FAILED
    s3.delete_object(Bucket=bucket, Key="key", IfMatch=etag)
    assert error_of(s3.delete_object, Bucket=bucket, Key="key", IfMatch=etag) == ("NoSuchKey", 404)


def test_delete_of_many_objects_compares_each_etag(s3: Any, bucket: str, etag: str) -> None:
    for key in ("a", "b <&> c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"old")
    objects = [
        {"Key": "a", "ETag": OTHER},
        {"Key": "b <&> c", "ETag": etag},
        {"Key": "gone", "ETag": etag},
        {"Key": "key"},
    ]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["b <&> c", "key"]
    assert {error["Key"]: error["Code"] for error in answer["Errors"]} == {
        "a": "PreconditionFailed",
        "gone": "NoSuchKey",
    }
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]


def test_a_missing_object_is_named(s3: Any, bucket: str, etag: str) -> None:
    assert error_of(s3.get_object, Bucket=bucket, Key="gone") == ("NoSuchKey", 404)
    assert error_of(s3.get_object, Bucket=bucket, Key="gone", IfMatch=etag) == ("NoSuchKey", 404)
    assert error_of(s3.head_object, Bucket=bucket, Key="gone") == ("404", 404)


def test_a_missing_bucket_is_named(s3: Any, bucket: str) -> None:
    assert error_of(s3.list_objects_v2, Bucket=f"{bucket}-gone") == ("NoSuchBucket", 404)
    assert error_of(s3.get_object, Bucket=f"{bucket}-gone", Key="key") == ("NoSuchBucket", 404)


def test_read_only_if_the_object_has_the_etag(s3: Any, bucket: str, etag: str) -> None:
    assert error_of(s3.get_object, Bucket=bucket, Key="key", IfMatch=OTHER) == PRECONDITION_FAILED
    assert error_of(s3.get_object, Bucket=bucket, Key="key", IfMatch=OTHER, Range="bytes=0-0") == PRECONDITION_FAILED
    assert s3.get_object(Bucket=bucket, Key="key", IfMatch=etag)["Body"].read() == b"old"
    assert s3.head_object(Bucket=bucket, Key="key", IfMatch=etag)["ETag"] == etag


def test_replace_only_if_the_object_has_the_etag(s3: Any, bucket: str, etag: str) -> None:
    assert error_of(s3.put_object, Bucket=bucket, Key="key", Body=b"new", IfMatch=OTHER) == PRECONDITION_FAILED
    s3.put_object(Bucket=bucket, Key="key", Body=b"new", IfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"new"


def test_exactly_one_of_many_concurrent_creations_succeeds(s3: Any, bucket: str) -> None:
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request",
        "Content-Length": "5000001",  # takes time to store
        "If-None-Match": "*",
    }
    writers = [HTTPConnection(s3.meta.endpoint_url.removeprefix("http://")) for _ in range(8)]
    for writer in writers:
        writer.request("PUT", f"/{bucket}/once", bytes(5_000_000), headers)
    for number, writer in enumerate(writers):  # the last byte completes all requests at the same moment
        writer.send(bytes([number]))
    statuses = [writer.getresponse().status for writer in writers]
    assert sorted(statuses) == [200] + [412] * 7
    winner = s3.get_object(Bucket=bucket, Key="once", Range="bytes=-1")["Body"].read()[0]
    assert statuses[winner] == 200


def test_a_listing_during_writes_succeeds(s3: Any, bucket: str) -> None:
    def put_result(number: int) -> None:
        s3.put_object(Bucket=bucket, Key=f"results/{number}", Body=b"")

    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(put_result, number) for number in range(80)]
        while not all(write.done() for write in writes):
            s3.list_objects_v2(Bucket=bucket, Prefix="results/")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="results/")["KeyCount"] == 80


@pytest.mark.parametrize(
    ("range_", "content"),
    [("bytes=0-3", b"0123"), ("bytes=8-", b"89"), ("bytes=-3", b"789"), ("bytes=4-99", b"456789")],
)
def test_a_range_of_an_object(s3: Any, bucket: str, range_: str, content: bytes) -> None:
    s3.put_object(Bucket=bucket, Key="digits", Body=b"0123456789", ContentType="audio/wav", Metadata={"a": "b"})
    response = s3.get_object(Bucket=bucket, Key="digits", Range=range_)
    assert (response["Body"].read(), response["ContentLength"]) == (content, len(content))
    assert (response["ContentType"], response["Metadata"]) == ("audio/wav", {"a": "b"})
    assert response["ContentRange"].endswith("/10")


def test_a_range_after_the_end_fails(s3: Any, bucket: str, etag: str) -> None:
    assert error_of(s3.get_object, Bucket=bucket, Key="key", Range="bytes=3-9") == ("InvalidRange", 416)
