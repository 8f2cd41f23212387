"""The AWS account and region that a deployment goes to, as the deployer's credentials show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

#: The statuses of stacks that `cdk deploy` deletes and creates again.
_CREATED_AGAIN = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


class Account:
    """An account in one region. All calls are read-only.

    Args:
        client: Returns the boto3 client of a service in the region.
        region: The region.
    """

    def __init__(self, client: Callable[[str], Any], region: str) -> None:
        self.client = client
        self.region = region

    @cached_property
    def zones(self) -> dict[str, str]:
        """The ids of the region's available zones by their names, in the order of the names."""
        filters = [
            {"Name": "zone-type", "Values": ["availability-zone"]},
            {"Name": "state", "Values": ["available"]},
        ]
        zones = self.client("ec2").describe_availability_zones(Filters=filters)["AvailabilityZones"]
        return {zone["ZoneName"]: zone["ZoneId"] for zone in sorted(zones, key=lambda zone: str(zone["ZoneName"]))}

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield the entries below `key` of all pages of an operation."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]

    def stack_status(self, name: str) -> str:
        """Return the status of a CloudFormation stack, or an empty string if there is none that a deployment updates.

        The CDK deletes a stack whose creation failed or was never started, and creates it again.
        """
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # CloudFormation's answer to an unknown name
                return ""
            raise
        status = str(stacks[0]["StackStatus"])
        return "" if status in _CREATED_AGAIN else status

    def quota(self, service: str, code: str) -> float:
        """Return the value of a quota. If the account has no value of its own, return AWS's default.

        Args:
            service: The service code of Service Quotas, such as `ec2`.
            code: The code of the quota, such as `L-1216C47A`.
        """
        quotas = self.client("service-quotas")
        try:
            quota = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchResourceException":
                raise
            quota = quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
        return float(quota["Quota"]["Value"])
