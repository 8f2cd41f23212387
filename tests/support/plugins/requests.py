"""The requests that a page sends to S3."""

from __future__ import annotations

from tests.support.standin.standin_server import LocalAws


def s3_requests(aws: LocalAws) -> int:
    """Return the number of requests to S3 since the last `DELETE /_calls`."""
    return sum(aws.control("GET", "/_calls").get("s3", {}).values())
