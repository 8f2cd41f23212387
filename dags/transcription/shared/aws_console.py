"""Addresses of pages where people see what a run made: the AWS console, or the server that stands for AWS."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink

from transcription.shared.bucket import Bucket


@dataclass(frozen=True)
class Console:
    """The console of one partition and region."""

    #: Without a slash at the end, for example `https://console.aws.amazon.com`.
    base: str
    region: str
    #: Of a server that is not AWS; empty for AWS. It has no console, but shows objects and lists.
    endpoint: str

    @classmethod
    def of(cls, bucket: Bucket) -> Console:
        """The console where a bucket is seen."""
        meta = bucket.client.meta
        on_aws = "amazonaws.com" in meta.endpoint_url
        domain = BaseAwsLink.get_aws_domain(meta.partition)
        return cls(f"https://console.{domain}", meta.region_name, "" if on_aws else meta.endpoint_url)

    def folder(self, bucket: str, prefix: str) -> str:
        """The list of the objects below `prefix`."""
        if self.endpoint:
            return f"{self.endpoint}/{bucket}?prefix={quote(prefix, safe='')}"
        return f"{self.base}/s3/buckets/{bucket}?region={self.region}&prefix={quote(prefix, safe='')}"

    def object(self, bucket: str, key: str) -> str:
        """One object."""
        if self.endpoint:
            return f"{self.endpoint}/{bucket}/{quote(key)}"
        return f"{self.base}/s3/object/{bucket}?region={self.region}&prefix={quote(key, safe='')}"

    def job(self, job_id: str) -> str:
        """A Batch job."""
        return f"{self.base}/batch/home?region={self.region}#jobs/detail/{job_id}"

    def log(self, group: str, stream: str) -> str:
        """A log stream of CloudWatch."""
        return (
            f"{self.base}/cloudwatch/home?region={self.region}"
            f"#logsV2:log-groups/log-group/{_fragment(group)}/log-events/{_fragment(stream)}"
        )


def _fragment(name: str) -> str:
    """CloudWatch's pages decode their fragment twice, and write the second `%` as `$`."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")
