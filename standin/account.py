"""The AWS account of the stand-in, and sessions in this account."""

from __future__ import annotations

import boto3

#: The account that moto uses by default.
ACCOUNT_ID = "123456789012"
PARTITION = "aws"
#: The region of ECR's registry. The stand-in has one registry for all regions.
REGION = "us-east-1"
#: The host of ECR's registry in AWS. The stand-in's registry answers at the address of the server.
ECR_HOST = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com"


def session(service: str, region: str = REGION) -> boto3.Session:
    """Return a session with which `service` of the stand-in calls other services. Its access key is `service`."""
    return boto3.Session(aws_access_key_id=service, aws_secret_access_key="-", region_name=region)  # noqa: S106
