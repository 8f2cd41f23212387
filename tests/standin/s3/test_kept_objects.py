"""Tests of a bucket whose objects outlive the stand-in."""

from __future__ import annotations

import json
import signal
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.standin.standin_server import LocalAws, wait_for

BUCKET = "recordings"
LARGE = b"x" * (5 * 1024**2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def keep(aws: LocalAws, folder: Path) -> int:
    """Create the bucket, keep it in the folder, and return the number of objects that the folder held."""
    aws.client("s3").create_bucket(Bucket=BUCKET)
    aws.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    answer: dict[str, int] = aws.control("POST", "/_kept", {"bucket": BUCKET, "folder": str(folder)})
    return answer["objects"]


def describe(aws: LocalAws, key: str) -> dict[str, Any]:
    """Return what S3 says of an object."""
    head = aws.client("s3").head_object(Bucket=BUCKET, Key=key)
    return {name: head[name] for name in ("ETag", "ContentLength", "ContentType", "Metadata", "LastModified")}


def upload_in_parts(s3: Any, key: str) -> None:
    """Upload an object in two parts, which gives it an ETag that its content alone does not tell."""
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key, Metadata={"who": "anna"})["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in ((1, LARGE), (2, b"end"))
    ]
    s3.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def test_the_next_stand_in_has_the_objects_of_the_last_one(start_aws: Callable[..., LocalAws], folder: Path) -> None:
    first = start_aws()
    assert keep(first, folder) == 0
    s3, names = first.client("s3"), ["input/a b#1.wav", f"output/{'é' * 400}", "output/large"]
    s3.put_object(Bucket=BUCKET, Key=names[0], Body=b"one", ContentType="audio/wav", Metadata={"who": "anna"})
    s3.put_object(Bucket=BUCKET, Key=names[1], Body=b"old")
    s3.put_object(Bucket=BUCKET, Key=names[1], Body="nëw".encode())
    upload_in_parts(s3, names[2])
    for key in ("input/deleted", "input/deleted with others"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="input/deleted")
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "input/deleted with others"}]})
    before = [describe(first, name) for name in names]
    first.stop()

    second = start_aws()
    assert keep(second, folder) == 3
    assert second.keys(BUCKET) == sorted(names)
    assert [describe(second, name) for name in names] == before
    assert second.client("s3").get_object(Bucket=BUCKET, Key=names[2])["Body"].read() == LARGE + b"end"
    assert second.client("s3").get_object(Bucket=BUCKET, Key=names[1])["Body"].read() == "nëw".encode()


def test_a_killed_stand_in_loses_no_old_change(start_aws: Callable[..., LocalAws], folder: Path) -> None:
    first = start_aws()
    keep(first, folder)
    first.client("s3").put_object(Bucket=BUCKET, Key="a", Body=b"one")
    wait_for(lambda: list(folder.glob("*.object")), "the object is written")
    first.stop(signal.SIGKILL)
    (folder / "x.partial").write_bytes(b"half a file")  # as a kill in the middle of a write leaves it
    second = start_aws()
    assert keep(second, folder) == 1
    assert not list(folder.glob("*.partial"))
    second.client("s3").delete_object(Bucket=BUCKET, Key="a")
    second.stop()
    assert list(folder.iterdir()) == []


def test_no_second_and_no_missing_bucket_is_kept(start_aws: Callable[..., LocalAws], folder: Path) -> None:
    aws = start_aws()
    for bucket, message in (("none", "'none': The specified bucket does not"), (BUCKET, "One bucket can be kept")):
        if bucket == BUCKET:
            keep(aws, folder)
        with pytest.raises(urllib.error.HTTPError) as refused:
            aws.control("POST", "/_kept", {"bucket": bucket, "folder": str(folder)})
        with refused.value as answer:
            assert json.load(answer)["error"].startswith(message)
