"""Addresses of AWS console pages, or of the server that stands in for AWS."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink

from transcription.contract import keys
from transcription.shared.bucket import Bucket


@dataclass(frozen=True)
class AwsConsole:
    """The AWS console of one partition and region, for one bucket."""

    #: Address of the console without a slash at the end, for example `https://console.aws.amazon.com`.
    base: str
    region: str
    bucket: str
    #: Address of the server that stands in for AWS; empty for AWS itself. That server has no console, but shows
    #: objects and listings.
    endpoint: str = ""

    @classmethod
    def for_bucket(cls, bucket: Bucket) -> AwsConsole:
        """Return the console of the partition and region that the bucket's client uses."""
        meta = bucket.client.meta
        on_aws = "amazonaws.com" in meta.endpoint_url
        domain = BaseAwsLink.get_aws_domain(meta.partition)
        base = f"https://console.{domain}"
        return cls(base, meta.region_name, bucket.name, "" if on_aws else meta.endpoint_url)

    def transcripts(self, prefix: str) -> str:
        """Return the address of the list of transcripts whose names start with `prefix`."""
        return self.folder(keys.OUTPUT_FOLDER + prefix)

    def folder(self, prefix: str) -> str:
        """Return the address of the list of objects below `prefix`."""
        if self.endpoint:
            return f"{self.endpoint}/{self.bucket}?prefix={quote(prefix, safe='')}"
        return f"{self.base}/s3/buckets/{self.bucket}?region={self.region}&prefix={quote(prefix, safe='')}"

    def object(self, key: str) -> str:
        """Return the address of one object."""
        if self.endpoint:
            return f"{self.endpoint}/{self.bucket}/{quote(key)}"
        return f"{self.base}/s3/object/{self.bucket}?region={self.region}&prefix={quote(key, safe='')}"

    def job(self, job_id: str) -> str:
        """Return the address of a Batch job."""
        return f"{self.base}/batch/home?region={self.region}#jobs/detail/{job_id}"

    def log(self, group: str, stream: str) -> str:
        """Return the address of a CloudWatch log stream."""
        return (
            f"{self.base}/cloudwatch/home?region={self.region}"
            f"#logsV2:log-groups/log-group/{_fragment(group)}/log-events/{_fragment(stream)}"
        )


def _fragment(name: str) -> str:
    """Return a name in the form of CloudWatch's URL fragments: percent-encoded twice, with `$` in place of `%`."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")
