"""Differences between the stand-in's S3 and two independent S3 servers: each is as the documentation says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from documentation.markdown import table
from tests.support.s3_differences import DIFFERENCES, SERVERS
from tests.support.s3_servers import REGION, S3Server
from tests.support.standin.standin_server import LocalAws, start

ROOT = Path(__file__).resolve().parents[2]
OTHER_ETAG = '"00000000000000000000000000000000"'


def answer(call: Callable[..., Any], otherwise: str, **arguments: Any) -> str:
    """Send a request; return the code of S3's error, or `otherwise` if there is none."""
    try:
        call(**arguments)
    except ClientError as error:
        return f"`{error.response['Error']['Code']}`"
    return otherwise


def put(s3: Any, bucket: str, *keys: str) -> str:
    """Create objects, and return the ETag that they share."""
    return [str(s3.put_object(Bucket=bucket, Key=key, Body=b"old")["ETag"]) for key in keys][-1]


def listed(s3: Any, bucket: str) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


def copy_over(s3: Any, bucket: str, **condition: str) -> str:
    put(s3, bucket, "source", "target")
    source = {"Bucket": bucket, "Key": "source"}
    return answer(s3.copy_object, "overwrites", Bucket=bucket, Key="target", CopySource=source, **condition)


def copy_if_absent(s3: Any, bucket: str) -> str:
    return copy_over(s3, bucket, IfNoneMatch="*")


def copy_if_etag(s3: Any, bucket: str) -> str:
    return copy_over(s3, bucket, IfMatch=OTHER_ETAG)


def put_into_missing_bucket(s3: Any, bucket: str) -> str:
    return answer(s3.put_object, "nothing", Bucket=f"{bucket}-gone", Key="key", Body=b"")


def put_after_empty_put(s3: Any, bucket: str) -> str:
    """Send the requests as boto3 does if no setting keeps it from that; a lost answer takes two seconds here."""
    put(s3, bucket, "key")  # SeaweedFS prepares a new bucket when it gets the first object
    config = Config(read_timeout=2, retries={"total_max_attempts": 1})
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
    client: Any = boto3.session.Session(**credentials).client("s3", endpoint_url=s3.meta.endpoint_url, config=config)
    try:
        for body in (b"", b"new"):
            client.put_object(Bucket=bucket, Key="key", Body=body)
    except ReadTimeoutError:
        return "is not answered"
    return "is answered"


def delete_missing(s3: Any, bucket: str) -> str:
    return answer(s3.delete_object, "nothing", Bucket=bucket, Key="gone", IfMatch=OTHER_ETAG)


def large_page(s3: Any, bucket: str) -> str:
    return f"pages of {s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)['MaxKeys']:,}"


def invented_token(s3: Any, bucket: str) -> str:
    return answer(s3.list_objects_v2, "a page", Bucket=bucket, ContinuationToken="invented")


def checksum(s3: Any, bucket: str) -> str:
    s3.put_object(Bucket=bucket, Key="key", Body=b"", ChecksumAlgorithm="SHA256")
    (entry,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    return "yes" if entry.get("ChecksumAlgorithm") == ["SHA256"] else "no"


def pages_of_versions(s3: Any, bucket: str) -> Iterator[list[Any]]:
    config = {"PageSize": 3}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig=config):
        yield [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]


def version_pages(s3: Any, bucket: str) -> str:
    keys = [f"key{number}" for number in range(7)]
    put(s3, bucket, *keys)
    versions = [version["Key"] for page in pages_of_versions(s3, bucket) for version in page]
    assert set(versions) == set(keys)
    return "each object once" if len(versions) == len(keys) else "repeats objects"


def empty_by_page(s3: Any, bucket: str) -> str:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = [f"key{number}" for number in range(5)]
    put(s3, bucket, *keys, *keys)
    for page in pages_of_versions(s3, bucket):
        for version in page:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    return "objects left" if any(pages_of_versions(s3, bucket)) else "nothing left"


def keep(s3: Any, bucket: str, key: str) -> str:
    """Create an object, and tell what becomes of its key."""
    refusal = answer(s3.put_object, "", Bucket=bucket, Key=key, Body=b"")
    if refusal:
        return refusal
    (kept,) = listed(s3, bucket)
    return "is kept" if kept == key else f"becomes `{kept}`"


def parent_folder(s3: Any, bucket: str) -> str:
    return keep(s3, bucket, "a/../b")


def this_folder(s3: Any, bucket: str) -> str:
    return keep(s3, bucket, "a/./b")


def double_slash(s3: Any, bucket: str) -> str:
    return keep(s3, bucket, "a//b")


def backslash(s3: Any, bucket: str) -> str:
    return keep(s3, bucket, "a\\b")


def long_name(s3: Any, bucket: str) -> str:
    return keep(s3, bucket, "a" * 1000)


def file_and_folder(s3: Any, bucket: str) -> str:
    put(s3, bucket, "a", "a/b")
    config = {"PageSize": 1}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig=config)
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    return {("a", "a/b"): "both are listed", ("a",): "the second is skipped"}[tuple(keys)]


def folder_marker(s3: Any, bucket: str) -> str:
    put(s3, bucket, "a")
    return answer(s3.put_object, "is created", Bucket=bucket, Key="a/", Body=b"")


REQUESTS: dict[str, Callable[[Any, str], str]] = {
    request.__name__: request
    for request in (
        copy_if_absent,
        copy_if_etag,
        put_into_missing_bucket,
        put_after_empty_put,
        delete_missing,
        large_page,
        invented_token,
        checksum,
        version_pages,
        empty_by_page,
        parent_folder,
        this_folder,
        double_slash,
        backslash,
        long_name,
        file_and_folder,
        folder_marker,
    )
}


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    server = start(tmp_path_factory.mktemp("aws"))
    yield server
    server.stop()


@pytest.fixture(params=["standin", *SERVERS])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def s3(server: str, standin: LocalAws, s3_server: Callable[[str], S3Server]) -> Any:
    return standin.client("s3") if server == "standin" else s3_server(server).client


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize("name", REQUESTS)
def test_each_server_answers_as_the_table_says(s3: Any, bucket: str, server: str, name: str) -> None:
    assert REQUESTS[name](s3, bucket) == getattr(DIFFERENCES[name], server)


def test_each_row_of_the_table_is_tried() -> None:
    assert list(DIFFERENCES) == list(REQUESTS)


def test_the_documentation_has_the_table() -> None:
    header = ("request", "stand-in, as S3", "MiniStack", "SeaweedFS")
    assert table(header, DIFFERENCES.values()) in (ROOT / "standin" / "README.md").read_text()
