"""Tests of creating many objects in one call, as benchmarks do."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest

from tests.support.standin.standin_server import LocalAws


def test_bulk_copies_equal_uploaded_objects(aws: LocalAws, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="input/a.wav", Body=b"RIFF", ContentType="audio/wav")
    aws.control("DELETE", "/_calls")
    names = [f"input/{number:04d} é.wav" for number in range(2500)]
    assert aws.control("POST", "/_copies", {"bucket": bucket, "source": "input/a.wav", "keys": names}) == {
        "copies": 2500
    }
    assert aws.control("GET", "/_calls") == {}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == [*names, "input/a.wav"]
    copy = s3.get_object(Bucket=bucket, Key=names[-1])
    assert (copy["Body"].read(), copy["ContentType"]) == (b"RIFF", "audio/wav")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "Bulk copies are requested as"),
        ({"bucket": "b", "source": "a", "keys": "k"}, "Bulk copies are requested as"),
        ({"bucket": "b", "source": "a", "keys": [1]}, "Bulk copies are requested as"),
        ({"bucket": "no-such-bucket", "source": "a", "keys": ["k"]}, "'no-such-bucket': The specified bucket does not"),
        ({"source": "a", "keys": ["k"]}, "There is no object 'a'"),
    ],
)
def test_a_malformed_bulk_copy_request_is_explained(aws: LocalAws, bucket: str, document: Any, message: str) -> None:
    if message.startswith("There"):
        document = {"bucket": bucket, **document}
    with pytest.raises(urllib.error.HTTPError) as refused:
        aws.control("POST", "/_copies", document)
    with refused.value as answer:
        assert answer.code == 400
        assert json.load(answer)["error"].startswith(message)
