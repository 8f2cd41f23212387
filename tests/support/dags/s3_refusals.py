"""Answers of S3 that the stand-in does not give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse

from transcription.shared.bucket import Bucket


class _Body(BytesIO):
    """A body as botocore reads it from urllib3."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def answer(bucket: Bucket, actions: dict[str, str], status: int, code: str, message: str = "") -> Iterator[None]:
    """Answer requests to S3 by an error within the block.

    Args:
        bucket: the bucket whose client gets the answers.
        actions: for each action, the start of the path below the bucket (or of the copied source) that is refused.
        status: the HTTP status.
        code: S3's code of the error; an answer to HEAD has no body and so does not contain it.
        message: S3's message.
    """
    xml = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"

    def respond(request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        source = request.headers.get("x-amz-copy-source", b"")
        paths = [urlsplit(request.url).path, source.decode() if isinstance(source, bytes) else source]
        refused = f"{bucket.name}/{actions[event_name.rpartition('.')[2]]}"
        if not any(f"{unquote(path)}/".lstrip("/").startswith(refused) for path in paths if path):
            return None
        body = _Body(b"" if request.method == "HEAD" else xml.encode())
        return AWSResponse(request.url, status, {"content-type": "application/xml"}, body)

    events = bucket.client.meta.events
    for action in actions:
        events.register(f"before-send.s3.{action}", respond, unique_id=f"refusal-{action}")
    try:
        yield
    finally:
        for action in actions:
            events.unregister(f"before-send.s3.{action}", unique_id=f"refusal-{action}")
