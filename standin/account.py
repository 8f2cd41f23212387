"""The account that everything here belongs to, as moto makes it up."""

from __future__ import annotations

import boto3

ACCOUNT_ID = "123456789012"
PARTITION = "aws"
#: The registry of ECR, which knows no regions, is in this one.
REGION = "us-east-1"
#: Where ECR's registry is in AWS; here it answers at the server's own address.
ECR_HOST = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com"


def session(who: str, region: str = REGION) -> boto3.Session:
    """For what stands for a service that calls other services. Nobody checks its secret."""
    return boto3.Session(aws_access_key_id=who, aws_secret_access_key="-", region_name=region)  # noqa: S106
