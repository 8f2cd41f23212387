"""A bucket as the tests see it: upload, plan, look at what came of it, and make S3 fail."""

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

RUN = "manual-2026-11-22-0001"
DRAFT = "0a1b2c3d"
RECIPE = "d41d8cd98f00b204e9800998ecf8427e"
#: Runs a child of the array job, 0 unless told.
Run = Callable[..., None]


class _Body(BytesIO):
    """A response's body, as urllib3 gives it."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


@dataclass(frozen=True)
class Bucket:
    """One bucket in the local S3."""

    name: str
    client: Any

    @classmethod
    def create(cls) -> Bucket:
        """A bucket that no other test uses."""
        client = boto3.session.Session().client("s3")
        name = f"audio-{uuid.uuid4()}"
        client.create_bucket(Bucket=name)
        return cls(name, client)

    def upload(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def plan(self, uploads: dict[str, bytes], options: Options = Options(), index: int = 0) -> Shard:  # noqa: B008
        """Upload audio and freeze a shard of exactly that."""
        items = []
        for number, (key, data) in enumerate(uploads.items()):
            self.upload(key, data)
            etag = self.client.head_object(Bucket=self.name, Key=key)["ETag"].strip('"')
            items.append(Item(number, key, etag, len(data)))
        shard = Shard(RUN, index, options, tuple(items), RECIPE)
        self.upload(keys.RunKeys(RUN).shard(DRAFT, index), records.dump(shard))
        return shard

    def keys(self, prefix: str = "") -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", ())]

    def read(self, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def text(self, name: str) -> str:
        return self.read(keys.transcript(name)).decode()

    def document(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.read(keys.transcript_json(name)))
        return document

    def result(self, number: int) -> Result:
        key = keys.RunKeys(RUN).result(number)
        return records.load(Result, self.read(key), key)


@contextmanager
def watched(
    answer: Callable[[str, str], tuple[int, str] | None] = lambda method, path: None,
) -> Iterator[list[tuple[str, str]]]:
    """Collect (method, path) of each request to S3 that the code under test sends.

    `answer` may return a status and S3 error code for a request, which then is not sent.
    """
    requests: list[tuple[str, str]] = []

    def see(request: Any, **_: Any) -> AWSResponse | None:
        path = request.url.split("://", 1)[1].split("/", 1)[1]
        requests.append((request.method, path))
        error = answer(request.method, path)
        if error is None:
            return None
        body = f"<Error><Code>{error[1]}</Code><Message>ordered by the test</Message></Error>".encode()
        return AWSResponse(request.url, error[0], HTTPHeaders(), _Body(body))

    boto3.setup_default_session()
    session: Any = boto3.DEFAULT_SESSION
    session.events.register("before-send.s3", see)
    try:
        yield requests
    finally:
        boto3.setup_default_session()
