"""A bucket for tests of a shard, with functions to plan the shard, read its results, and make S3 fail."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from transcription.contract import keys, records
from transcription.contract.manifest import Item, Shard
from transcription.contract.options import Options
from transcription.contract.result import Result
from transcription.contract.run_keys import RunKeys

RUN = "manual-2026-11-22-0001"
DRAFT = "0a1b2c3d"
RECIPE = "d41d8cd98f00b204e9800998ecf8427e"
#: A function that runs a shard of the run, by default shard 0.
Run = Callable[..., None]


class _Body(BytesIO):
    """The body of a response, with the method of urllib3's responses that botocore calls."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


@dataclass(frozen=True)
class Bucket:
    """A bucket in the local S3."""

    name: str
    client: Any

    @classmethod
    def create(cls) -> Bucket:
        """Create and return a bucket that no other test uses."""
        client = boto3.session.Session().client("s3")
        name = f"audio-{uuid.uuid4()}"
        client.create_bucket(Bucket=name)
        return cls(name, client)

    def upload(self, key: str, data: bytes) -> None:
        """Write an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def plan(self, uploads: dict[str, bytes], options: Options = Options(), index: int = 0) -> Shard:  # noqa: B008
        """Upload files, write a shard that lists them, and return the shard.

        Args:
            uploads: the contents of the files, by key.
            options: the options of the run.
            index: the index of the shard.
        """
        items = []
        for number, (key, data) in enumerate(uploads.items()):
            self.upload(key, data)
            etag = self.client.head_object(Bucket=self.name, Key=key)["ETag"].strip('"')
            items.append(Item(number, key, etag, len(data)))
        shard = Shard(RUN, index, options, tuple(items), RECIPE)
        self.upload(RunKeys(RUN).shard(DRAFT, index), records.dump(shard))
        return shard

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that start with `prefix`, at most 1,000."""
        page = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [entry["Key"] for entry in page.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """Return the content of an object."""
        body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def text(self, name: str) -> str:
        """Return the text transcript of the recording `name`."""
        return self.read(keys.transcript(name)).decode()

    def document(self, name: str) -> dict[str, Any]:
        """Return the JSON transcript of the recording `name`."""
        document: dict[str, Any] = json.loads(self.read(keys.transcript_json(name)))
        return document

    def result(self, number: int) -> Result:
        """Return the result record of the file with this number."""
        key = RunKeys(RUN).result(number)
        return records.load(Result, self.read(key), key)


@contextmanager
def recorded_requests(
    respond: Callable[[str, str], tuple[int, str] | None] = lambda method, path: None,
) -> Iterator[list[tuple[str, str]]]:
    """Yield a list that receives the method and the path of each request to S3 until the block ends.

    Args:
        respond: a function of the method and the path of a request. If it returns an HTTP status and an S3 error code,
            the request is not sent, and the code under test receives this error.
    """
    requests: list[tuple[str, str]] = []

    def record(request: Any, **_: Any) -> AWSResponse | None:
        path = request.url.split("://", 1)[1].split("/", 1)[1]
        requests.append((request.method, path))
        error = respond(request.method, path)
        if error is None:
            return None
        body = f"<Error><Code>{error[1]}</Code><Message>injected by the test</Message></Error>".encode()
        return AWSResponse(request.url, error[0], HTTPHeaders(), _Body(body))

    boto3.setup_default_session()
    session: Any = boto3.DEFAULT_SESSION
    session.events.register("before-send.s3", record)
    try:
        yield requests
    finally:
        boto3.setup_default_session()
