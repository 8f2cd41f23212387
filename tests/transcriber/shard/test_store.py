"""S3 behind a bad network: downloads go on where they broke off, or say that they do not."""

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
    """Answers GET with one object; each answer ends after the next of `breaks` bytes, then with its end."""

    daemon_threads = True

    def __init__(self, breaks: list[int], *, is_reset: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.breaks = iter(breaks)
        #: Whether a connection that breaks is reset rather than closed.
        self.is_reset = is_reset
        self.etag = ETAG
        #: The range and the condition of each request.
        self.requests: list[tuple[str | None, str | None]] = []


class _Answer(BaseHTTPRequestHandler):
    server: BadNetwork

    def do_GET(self) -> None:
        wanted, condition = self.headers["Range"], self.headers["If-Match"]
        self.server.requests.append((wanted, condition))
        if condition != f'"{self.server.etag}"':
            self.send_response(412)
            self.end_headers()
            self.wfile.write(b"<Error><Code>PreconditionFailed</Code></Error>")
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted else 0  # type: ignore[index]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.send_header("ETag", f'"{self.server.etag}"')
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        length = next(self.server.breaks, None)
        self.wfile.write(CONTENT[start:][:length])
        if length is not None and self.server.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


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
    return [int(wanted[len("bytes=") : -1]) if wanted else 0 for wanted, _ in network.requests]


@pytest.mark.parametrize(
    "network",
    [([], False), ([2**20], False), ([3_000_001, 2**20, 1, 0], False)],
    indirect=True,
    ids=["whole", "broken once", "broken four times"],
)
def test_a_download_goes_on_where_it_broke_off(network: BadNetwork) -> None:
    """A recording of gigabytes that starts again at each break never arrives, and half a one must not pass for it."""
    breaks = list(network.breaks)
    network.breaks = iter(breaks)
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == [sum(breaks[:number]) for number in range(len(breaks) + 1)]
    assert {condition for _, condition in network.requests} == {f'"{ETAG}"'}


@pytest.mark.parametrize("network", [([2**22, 2**20 + 5], True)], indirect=True)
def test_a_connection_that_is_reset_is_no_other_case(network: BadNetwork) -> None:
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == sorted(offsets(network))
    assert len(network.requests) == 3


@pytest.mark.parametrize("network", [([], False)], indirect=True)
def test_a_fault_of_the_encryption_in_the_middle_is_no_other_case(
    network: BadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 raises it, and botocore passes it on as it is."""
    read = StreamingBody.read
    faults = iter([False, False, True])

    def sometimes(body: StreamingBody, amount: int) -> bytes:
        if next(faults, False):
            raise SSLError("bad record mac")
        return read(body, amount)

    monkeypatch.setattr(StreamingBody, "read", sometimes)
    assert b"".join(Store("audio").download(ITEM)) == CONTENT
    assert offsets(network) == [0, 2 * 2**20]
    faults = iter([True] * 5)
    with pytest.raises(StorageFailed, match="bad record mac"):
        next(Store("audio").download(ITEM))


@pytest.mark.parametrize("network", [([2**20] * 4 + [100], False)], indirect=True)
def test_a_network_that_breaks_off_each_time_is_a_fault_that_leaves_the_file_for_later(network: BadNetwork) -> None:
    received = b""
    with pytest.raises(StorageFailed, match=r"s3://audio/input/a b\.wav.* stays in input/"):
        for block in Store("audio").download(ITEM):
            received += block
    assert len(network.requests) == 5
    assert CONTENT.startswith(received)


@pytest.mark.parametrize("network", [([2**20], False)], indirect=True)
def test_a_file_that_is_uploaded_again_between_two_parts_is_never_pieced_together(network: BadNetwork) -> None:
    download = Store("audio").download(ITEM)
    next(download)
    network.etag = "another"
    with pytest.raises(InputChanged):
        list(download)
