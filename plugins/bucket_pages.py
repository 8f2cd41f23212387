"""Two entries in Airflow's navigation that lead to the audio bucket: one to upload audio, one to read transcripts.

The addresses come from Airflow's configuration alone, so the plugin loads without access to AWS. Airflow 3.0 does not
show such entries.
"""

from __future__ import annotations

import os

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

#: The console's domain by the start of the region's name, for partitions other than `aws`. Botocore knows the
#: partitions, too, but takes half a second to import, and every Airflow process loads the plugins.
#: Source: AWS General Reference, "Service endpoints", for each partition.
_DOMAINS = {"cn": "amazonaws.cn", "us-gov": "amazonaws-us-gov.com"}


def _navigation_entry(name: str, prefix: str) -> dict[str, str]:
    """Return the entry with the label `name`, which leads to the objects of the audio bucket below `prefix`."""
    bucket = conf.get("transcription", "bucket", fallback="")
    region = os.environ.get("AWS_REGION", "")
    domain = next((domain for start, domain in _DOMAINS.items() if region.startswith(start)), "aws.amazon.com")
    # A server that stands in for AWS has no console, but shows listings.
    base = os.environ.get("AWS_ENDPOINT_URL") or f"https://console.{domain}/s3/buckets"
    return {
        "name": name,
        "href": f"{base}/{bucket}?prefix={prefix}",
        "destination": "nav",
        "category": "Speech to text",
    }


class BucketPages(AirflowPlugin):
    """The plugin with the entries "Upload audio" and "Transcripts"."""

    name = "bucket_pages"
    external_views = [  # noqa: RUF012  (Airflow reads a class attribute)
        _navigation_entry("Upload audio", "input/"),
        _navigation_entry("Transcripts", "output/"),
    ]
