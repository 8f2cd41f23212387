"""The AWS account of the stand-in, whose number is moto's default, and sessions in it."""

from __future__ import annotations

import boto3

ACCOUNT_ID = "123456789012"
PARTITION = "aws"
#: The region of ECR's registry, which is one for all regions here.
REGION = "us-east-1"
#: The host of ECR's registry in AWS. Here the registry answers at the address of the server.
ECR_HOST = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com"


def session(service: str, region: str = REGION) -> boto3.Session:
    """Make a session for a service of the stand-in that calls other services; its name is the access key."""
    return boto3.Session(aws_access_key_id=service, aws_secret_access_key="-", region_name=region)  # noqa: S106
