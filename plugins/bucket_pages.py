"""Airflow's navigation leads to the bucket: where audio is uploaded, and where transcripts are.

Built from the configuration alone, so that it loads without access to AWS. Airflow 3.0 shows no such entries.
"""

from __future__ import annotations

import os

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

#: The console's domain by the start of the region. Source: AWS, "Service endpoints", for its partitions.
_DOMAINS = {"cn": "amazonaws.cn", "us-gov": "amazonaws-us-gov.com"}


def _page(name: str, prefix: str) -> dict[str, str]:
    bucket = conf.get("transcription", "bucket", fallback="")
    region = os.environ.get("AWS_REGION", "")
    domain = next((each for start, each in _DOMAINS.items() if region.startswith(start)), "aws.amazon.com")
    # A server that stands for AWS has no console, but lists objects.
    pages = os.environ.get("AWS_ENDPOINT_URL") or f"https://console.{domain}/s3/buckets"
    return {
        "name": name,
        "href": f"{pages}/{bucket}?prefix={prefix}",
        "destination": "nav",
        "category": "Speech to text",
    }


class BucketPages(AirflowPlugin):
    """Two entries of the navigation."""

    name = "bucket_pages"
    external_views = [_page("Upload audio", "input/"), _page("Transcripts", "output/")]  # noqa: RUF012  (Airflow's way)
