"""The account in which CloudFormation creates resources."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from standin.account import session


class StackAccount:
    """An account and a region. The stand-in serves their APIs at `endpoint`."""

    def __init__(self, endpoint: str, region: str, account_id: str) -> None:
        self.endpoint, self.region, self.account_id = endpoint, region, account_id
        self.partition = self._session.get_partition_for_region(region)
        self._clients: dict[str, Any] = {}

    @cached_property
    def _session(self) -> boto3.Session:
        return session("cloudformation", self.region)

    def client(self, service: str) -> Any:
        """Return a boto3 client of `service`. It has no type, because the properties of templates have none, either."""
        if service not in self._clients:
            self._clients[service] = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=self.endpoint, config=Config(inject_host_prefix=False)
            )
        return self._clients[service]

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """Return the ARN of a resource of this account.

        Args:
            service: Name of the service in ARNs.
            resource: The last part of the ARN, for example `stack/name`.
            regional: Whether the ARN names the region.
        """
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account_id}:{resource}"
