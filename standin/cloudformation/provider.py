"""What CloudFormation knows of each type of resource: how it is made, changed and removed through its service's API."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from standin.account import session
from standin.cloudformation.errors import NotSupported

Properties = Mapping[str, Any]


@dataclass
class Made:
    """A resource that exists: what `Ref` gives for it, and what `Fn::GetAtt` does."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


class Replace(Exception):
    """Raised by `update` where the change needs another resource in the place of this one."""


class Account:
    """The account that resources are made in, through the APIs of the local AWS at `endpoint`."""

    def __init__(self, endpoint: str, region: str, account_id: str) -> None:
        self.endpoint, self.region, self.account_id = endpoint, region, account_id
        self.partition = self._session.get_partition_for_region(region)
        self._clients: dict[str, Any] = {}

    @cached_property
    def _session(self) -> boto3.Session:
        return session("cloudformation", self.region)

    def client(self, service: str) -> Any:
        """A client of `service`, typed as nothing: properties of templates are not typed either."""
        if service not in self._clients:
            self._clients[service] = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=self.endpoint, config=Config(inject_host_prefix=False)
            )
        return self._clients[service]

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of a resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account_id}:{resource}"


@dataclass
class Request:
    """A resource as its stack wants it."""

    account: Account
    stack_name: str
    stack_id: str
    logical_id: str
    type: str
    properties: Properties
    #: Where it exists already: what it was made of, and what it is.
    old: Properties = field(default_factory=dict)
    made: Made = field(default_factory=lambda: Made(""))

    def client(self, service: str) -> Any:
        """See `Account`."""
        return self.account.client(service)

    def name(self, limit: int = 128) -> str:
        """A name that nobody has yet, of at most `limit` characters, as CloudFormation makes them."""
        end = f"-{secrets.token_hex(6).upper()}"
        return f"{self.stack_name}-{self.logical_id}"[: limit - len(end)] + end

    def changed(self, *names: str) -> bool:
        """Whether one of these properties is other than it was."""
        return any(self.properties.get(name) != self.old.get(name) for name in names)

    def tags(self) -> dict[str, str]:
        """Its tags, by key."""
        tags = self.properties.get("Tags", [])
        return dict(tags) if isinstance(tags, Mapping) else {each["Key"]: each["Value"] for each in tags}


class Provider:
    """A type of resource. `create` and `update` give back what there is then."""

    def create(self, request: Request) -> Made:
        """Make it."""
        raise NotImplementedError

    def update(self, request: Request) -> Made:
        """Change what is there.

        Raises:
            Replace: that is not possible; the default for every type.
        """
        raise Replace

    def delete(self, request: Request) -> None:
        """Remove what `request.made` stands for."""
        raise NotImplementedError


_PROVIDERS: dict[str, Provider] = {}


def provides(*types: str) -> Callable[[type[Provider]], type[Provider]]:
    """Names the types that a provider is for."""

    def register(provider: type[Provider]) -> type[Provider]:
        _PROVIDERS.update(dict.fromkeys(types, provider()))
        return provider

    return register


def find(type_: str) -> Provider:
    """The provider of a type.

    Raises:
        NotSupported: there is none.
    """
    if type_ not in _PROVIDERS:
        raise NotSupported(f"The local CloudFormation cannot make {type_}: add it to cloudformation/resources/.")
    return _PROVIDERS[type_]


def lower(value: Any, *, keep: frozenset[str] = frozenset()) -> Any:
    """`value` with names as APIs spell them that begin in lower case; what lies below the names in `keep` stays."""
    if isinstance(value, list):
        return [lower(each, keep=keep) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"^[A-Z]+(?![a-z])|^[A-Z]", lambda found: found[0].lower(), name): inner
        if name in keep
        else lower(inner, keep=keep)
        for name, inner in value.items()
    }


def only(properties: Properties, *names: str) -> dict[str, Any]:
    """Those of the properties that are given."""
    return {name: properties[name] for name in names if name in properties}
