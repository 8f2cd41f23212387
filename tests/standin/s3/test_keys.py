"""Tests of unusual object keys: every key comes back unchanged."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.standin.standin_server import LocalAws

#: In UTF-16 order, which JavaScript and Java use, the microphone would come before U+FF21.
NAMES = [
    "\uff21",
    "🎤",
    "a b",
    " leading and trailing ",
    "a#1",
    "a;echo PWNED;",
    "talk(1)",
    "it's",
    "$HOME",
    "Grüße 你好 🎤",
    "a+b",
    "100%",
    "a%20b",
    "2022.01.15..x",
    "?versionId=1",
    "a&b=c",
    "<b>",
    '"quoted"',
    "~*!@^`{}[]|:,=",
]
#: Names that mean something else to a server that stores objects in a file system.
PATHS = ["a/../b", "a//b", "back\\slash", "x/./y"]


@pytest.mark.parametrize("name", NAMES + PATHS)
def test_a_name_survives_put_get_copy_list_and_delete(s3: Any, bucket: str, name: str) -> None:
    key, copy = f"input/{name}.wav", f"processed/{name}.wav"
    etag = s3.put_object(Bucket=bucket, Key=key, Body=name.encode())["ETag"]
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == name.encode()
    assert s3.head_object(Bucket=bucket, Key=key)["ETag"] == etag
    s3.copy_object(Bucket=bucket, Key=copy, CopySource={"Bucket": bucket, "Key": key}, CopySourceIfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key=copy)["Body"].read() == name.encode()
    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == [key, copy]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key, IfMatch=etag)
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": copy, "ETag": etag}]})
    assert [entry["Key"] for entry in deleted["Deleted"]] == [copy]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("names", [NAMES, NAMES + PATHS], ids=["names", "paths"])
def test_a_listing_continues_after_any_name_in_utf_8_order(s3: Any, bucket: str, names: list[str]) -> None:
    for name in names:
        s3.put_object(Bucket=bucket, Key=f"input/{name}.wav", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    listed = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert listed == sorted((f"input/{name}.wav" for name in names), key=str.encode)


def test_a_browser_opens_an_object_without_a_signature(s3: Any, bucket: str, aws: LocalAws) -> None:
    """The buttons in the Airflow UI are plain links, so the browser sends no signature."""
    s3.put_object(Bucket=bucket, Key="runs/a b#1.json", Body=b"{}")
    assert httpx.get(f"{aws.endpoint}/{bucket}/{quote('runs/a b#1.json')}").content == b"{}"
    assert "runs/a b#1.json" in httpx.get(f"{aws.endpoint}/{bucket}", params={"prefix": "runs/"}).text
