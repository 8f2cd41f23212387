"""Addresses of AWS console pages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink

from transcription.shared.bucket import Bucket

#: The domains of AWS's endpoints, and those of its isolated partitions.
_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".aws", ".amazonwebservices.com.cn", ".ic.gov", ".sgov.gov")


@dataclass(frozen=True)
class AwsConsole:
    """The AWS console of one partition and region."""

    #: Address of the console without a slash at the end, for example `https://console.aws.amazon.com`.
    base: str
    region: str

    @classmethod
    def for_bucket(cls, bucket: Bucket) -> AwsConsole:
        """Return the console of the partition and region that the bucket's client uses."""
        meta = bucket.client.meta
        return cls(f"https://console.{BaseAwsLink.get_aws_domain(meta.partition)}", meta.region_name)

    def job(self, job_id: str) -> str:
        """Return the address of a Batch job."""
        return f"{self.base}/batch/home?region={self.region}#jobs/detail/{job_id}"

    def log(self, group: str, stream: str) -> str:
        """Return the address of a CloudWatch log stream."""
        return (
            f"{self.base}/cloudwatch/home?region={self.region}"
            f"#logsV2:log-groups/log-group/{_fragment(group)}/log-events/{_fragment(stream)}"
        )


def has_console(endpoint: str) -> bool:
    """Return whether the AWS console shows what is at an endpoint. It does not know the local stack."""
    return (urlsplit(endpoint).hostname or "").endswith(_AWS_DOMAINS)


def _fragment(name: str) -> str:
    """Return a name in the form of CloudWatch's URL fragments: percent-encoded twice, with `$` in place of `%`."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")
