"""The upload of a large file in parts, as a browser sends it, and what it costs the web server.

The parts go straight to S3; the web server signs an address for each.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import httpx

from benchmarks.errors import BenchmarkError
from benchmarks.pages import responses

#: In bytes.
SIZE, QUICK_SIZE = 2 * 2**30, 40 * 2**20
#: How long a request may take, in seconds.
_LIMIT = 120
_PATH = "benchmark/large.wav"


def measure(client: httpx.Client, pid: int, size: int) -> Mapping[str, Any]:
    """Upload a file, and measure the memory of the web server.

    Args:
        client: A client of the web server whose user may upload.
        pid: The id of the web server's process.
        size: The size of the file, in bytes.

    Returns:
        The size, the number of parts, the seconds that the upload took, and the memory of the web server in MiB:
        before, and at most after a part.

    Raises:
        BenchmarkError: The web server or S3 refused a request.
    """
    page = responses.open_page(client, "/transcripts/upload").text
    headers = {"X-Forgery-Token": re.findall(r'name="forgery-token" content="([^"]*)"', page)[0]}

    def post(path: str, **body: Any) -> Any:
        body = {"path": _PATH, **body}
        answer = client.post(f"/transcripts/upload/{path}", json=body, headers=headers, timeout=_LIMIT)
        return _checked(answer).json()

    before, begun = responses.megabytes(pid), time.perf_counter()
    upload = post("file", size=size, overwrite=True)
    identity, part_bytes, most = upload["upload_id"], upload["part_bytes"], before
    content, parts = bytes(part_bytes), -(-size // part_bytes)
    with httpx.Client(timeout=_LIMIT) as s3:
        for number in range(1, parts + 1):
            count = min(part_bytes, size - (number - 1) * part_bytes)
            address = post("part", upload_id=identity, number=number, size=count)["address"]
            _checked(s3.put(address, content=content[:count]))
            most = max(most, responses.megabytes(pid))
    post("complete", upload_id=identity, size=size, overwrite=True)
    return {
        "upload": size,
        "parts": parts,
        "seconds": time.perf_counter() - begun,
        "megabytes_before": before,
        "megabytes": max(most, responses.megabytes(pid)),
    }


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise BenchmarkError(f"{answer.url.path} answers {answer.status_code}: {answer.text[:300]}")
    return answer
