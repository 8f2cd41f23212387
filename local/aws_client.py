"""Clients of the local AWS, and the environment variables that make other programs use the local AWS."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

REGION = "us-east-1"
#: Made-up credentials, because the SDKs require credentials. `aws_environment` hides those of the user.
KEY_ID, SECRET = "local", "local"
NO_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return environment variables that make the AWS SDKs use `endpoint` and ignore real accounts and credentials."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def isolate() -> None:
    """Remove the caller's AWS settings and proxies from the environment of this process and its child processes.

    A profile would cause an error, because its configuration file is hidden. A proxy cannot reach 127.0.0.1.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_PROXY)


def s3_client(endpoint: str) -> S3Client:
    """Return an S3 client of the local AWS."""
    return _session().client("s3", endpoint_url=endpoint)


def batch_client(endpoint: str) -> BatchClient:
    """Return a Batch client of the local AWS."""
    return _session().client("batch", endpoint_url=endpoint)


def ec2_client(endpoint: str) -> EC2Client:
    """Return an EC2 client of the local AWS."""
    return _session().client("ec2", endpoint_url=endpoint)


def logs_client(endpoint: str) -> CloudWatchLogsClient:
    """Return a CloudWatch Logs client of the local AWS."""
    return _session().client("logs", endpoint_url=endpoint)


def sns_client(endpoint: str) -> SNSClient:
    """Return an SNS client of the local AWS."""
    return _session().client("sns", endpoint_url=endpoint)


def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET, region_name=REGION)
