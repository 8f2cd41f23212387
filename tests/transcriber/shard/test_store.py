"""Downloads over a bad network continue where they broke off, or fail with an error."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from botocore.response import StreamingBody
from urllib3.exceptions import SSLError

from transcriber.shard.store import Store
from transcription.contract.errors import InputChanged, StorageFailed
from transcription.contract.manifest import Item

CONTENT = np.random.default_rng(0).bytes(5 * 2**20 + 77)
ETAG = "0123456789abcdef0123456789abcdef"
ITEM = Item(0, "input/a b.wav", ETAG, len(CONTENT))


class BadNetwork(ThreadingHTTPServer):
    """A server with one object; each response breaks off after the next number of bytes in `breaks`, then none does."""

    daemon_threads = True

    def __init__(self, breaks: list[int], *, is_reset: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.breaks = iter(breaks)
        #: Whether a broken connection is reset, not closed.
        self.is_reset = is_reset
        self.etag = ETAG
        #: The range and the condition of each request.
        self.requests: list[tuple[str | None, str | None]] = []


class _Answer(BaseHTTPRequestHandler):
    server: BadNetwork

    def do_GET(self) -> None:
        byte_range, condition = self.headers["Range"], self.headers["If-Match"]
        self.server.requests.append((byte_range, condition))
        if condition != f'"{self.server.etag}"':
            self.send_response(412)
            self.end_headers()
            self.wfile.write(b"<Error><Code>PreconditionFailed</Code></Error>")
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", byte_range)[1]) if byte_range else 0  # type: ignore[index]
        self.send_response(206 if byte_range else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.send_header("ETag", f'"{self.server.etag}"')
        if byte_range:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        length = next(self.server.breaks, None)
        self.wfile.write(CONTENT[start:][:length])
        if length is not None and self.server.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[BadNetwork]:
    breaks, is_reset = request.param
    with BadNetwork(breaks, is_reset=is_reset) as server:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def offsets(network: BadNetwork) -> list[int]:
    """Where each request starts in the object, in bytes."""
    return [int(byte_range[len("bytes=") : -1]) if byte_range else 0 for byte_range, _ in network.requests]


@pytest.mark.parametrize(
    "network",
    [([], False), ([2**20], False), ([3_000_001, 2**20, 1, 0], False)],
    indirect=True,
    ids=["whole", "broken once", "broken four times"],
)
def test_a_download_continues_where_it_broke_off(network: BadNetwork) -> None:
    """A download of gigabytes that starts again at each break never ends, and half a file must not pass for all."""
    breaks = list(network.breaks)
    network.breaks = iter(breaks)
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == [sum(breaks[:number]) for number in range(len(breaks) + 1)]
    assert {condition for _, condition in network.requests} == {f'"{ETAG}"'}


@pytest.mark.parametrize("network", [([2**22, 2**20 + 5], True)], indirect=True)
def test_a_download_continues_after_a_connection_is_reset(network: BadNetwork) -> None:
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == sorted(offsets(network))
    assert len(network.requests) == 3


@pytest.mark.parametrize("network", [([], False)], indirect=True)
def test_a_download_continues_after_a_tls_error(network: BadNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore passes on this error of urllib3 unchanged."""
    read = StreamingBody.read
    faults = iter([False, False, True])

    def read_or_fail(body: StreamingBody, amount: int) -> bytes:
        if next(faults, False):
            raise SSLError("bad record mac")
        return read(body, amount)

    monkeypatch.setattr(StreamingBody, "read", read_or_fail)
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == [0, 2 * 2**20]
    faults = iter([True] * 5)
    with pytest.raises(StorageFailed, match="bad record mac"):
        next(Store("audio").download(ITEM))


@pytest.mark.parametrize("network", [([2**20] * 4 + [100], False)], indirect=True)
def test_a_download_that_breaks_off_five_times_fails_and_leaves_the_file_for_later(network: BadNetwork) -> None:
    received = b""
    with pytest.raises(StorageFailed, match=r"s3://audio/input/a b\.wav.* stays in input/"):
        for block in Store("audio").download(ITEM):
            received += block
    assert len(network.requests) == 5
    assert CONTENT.startswith(received)


@pytest.mark.parametrize("network", [([2**20], False)], indirect=True)
def test_parts_of_two_versions_of_a_file_are_never_joined(network: BadNetwork) -> None:
    download = Store("audio").download(ITEM)
    next(download)
    network.etag = "another"
    with pytest.raises(InputChanged):
        list(download)
