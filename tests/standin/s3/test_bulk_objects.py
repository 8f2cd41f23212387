"""Tests of creating many objects with contents of their own in one call, as benchmarks do."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest

from tests.support.standin.standin_server import LocalAws


def test_bulk_objects_equal_uploaded_objects(aws: LocalAws, bucket: str) -> None:
    s3 = aws.client("s3")
    uploaded = s3.put_object(Bucket=bucket, Key="runs/0", Body="é0".encode())
    aws.control("DELETE", "/_calls")
    contents = {f"runs/{number:04d} é.json": f"é{number}" for number in range(1500)}
    assert aws.control("POST", "/_objects", {"bucket": bucket, "objects": contents}) == {"objects": 1500}
    assert aws.control("GET", "/_calls") == {}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    etags = {entry["Key"]: entry["ETag"] for page in pages for entry in page["Contents"]}
    assert set(etags) == {*contents, "runs/0"}
    assert etags["runs/0000 é.json"] == uploaded["ETag"]
    assert s3.get_object(Bucket=bucket, Key="runs/1499 é.json")["Body"].read() == "é1499".encode()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "Bulk objects are requested as"),
        ({"bucket": "b", "objects": ["k"]}, "Bulk objects are requested as"),
        ({"bucket": "b", "objects": {"k": 1}}, "Bulk objects are requested as"),
        ({"bucket": "no-such-bucket", "objects": {"k": "v"}}, "'no-such-bucket': The specified bucket does not"),
    ],
)
def test_a_malformed_bulk_object_request_is_explained(aws: LocalAws, document: Any, message: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        aws.control("POST", "/_objects", document)
    with refused.value as answer:
        assert answer.code == 400
        assert json.load(answer)["error"].startswith(message)
