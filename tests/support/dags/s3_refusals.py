"""Error responses of S3 that the stand-in does not send."""

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
    """The body of a response, with the method of urllib3's responses that botocore calls."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def answer(bucket: Bucket, actions: dict[str, str], status: int, code: str, message: str = "") -> Iterator[None]:
    """Refuse requests to S3 with an error until the block ends. Refused requests are not sent.

    Args:
        bucket: the bucket whose client receives the errors.
        actions: the start of the refused keys, by action. A copy is refused because of its source or its target.
        status: the HTTP status of the error.
        code: the code of the error. The response to a HEAD request has no body, and so no code.
        message: the message of the error.
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
