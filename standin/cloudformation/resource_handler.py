"""Resource handlers: for each type of resource, how to create, update and delete it through its service's API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from standin.cloudformation.account import StackAccount
from standin.cloudformation.errors import NotSupported

Properties = Mapping[str, Any]


@dataclass
class PhysicalResource:
    """A resource that exists: the value of `Ref`, and the values of `Fn::GetAtt`."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


class ReplacementRequired(Exception):
    """Raised by `update` if the resource must be replaced by a new one."""


@dataclass
class HandlerRequest:
    """A resource as its stack declares it."""

    account: StackAccount
    stack_name: str
    stack_id: str
    logical_id: str
    type: str
    properties: Properties
    #: For an update or a deletion: the properties from which the resource was created, and the resource.
    old_properties: Properties = field(default_factory=dict)
    existing: PhysicalResource = field(default_factory=lambda: PhysicalResource(""))

    def client(self, service: str) -> Any:
        """Return a client of `service`; see `StackAccount`."""
        return self.account.client(service)

    def unique_name(self, limit: int = 128) -> str:
        """Return an unused name of at most `limit` characters, in the form that CloudFormation generates."""
        end = f"-{secrets.token_hex(6).upper()}"
        return f"{self.stack_name}-{self.logical_id}"[: limit - len(end)] + end

    def has_changed(self, *names: str) -> bool:
        """Return whether one of these properties differs from its old value."""
        return any(self.properties.get(name) != self.old_properties.get(name) for name in names)

    def tags(self) -> dict[str, str]:
        """Return the declared tags by key."""
        tags = self.properties.get("Tags", [])
        return dict(tags) if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}


class ResourceHandler:
    """The handler of a resource type."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the resource and return it."""
        raise NotImplementedError

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Update `request.existing` in place and return the result.

        Raises:
            ReplacementRequired: An update in place is not possible; the default for every type.
        """
        raise ReplacementRequired

    def delete(self, request: HandlerRequest) -> None:
        """Delete `request.existing`."""
        raise NotImplementedError


_HANDLERS: dict[str, ResourceHandler] = {}


def handles(*types: str) -> Callable[[type[ResourceHandler]], type[ResourceHandler]]:
    """Register the decorated class as the handler of these resource types."""

    def register(handler: type[ResourceHandler]) -> type[ResourceHandler]:
        _HANDLERS.update(dict.fromkeys(types, handler()))
        return handler

    return register


def handler_of(resource_type: str) -> ResourceHandler:
    """Return the handler of a resource type.

    Raises:
        NotSupported: No handler is registered for the type.
    """
    if resource_type not in _HANDLERS:
        raise NotSupported(
            f"The local CloudFormation cannot make {resource_type}: add it to cloudformation/resources/."
        )
    return _HANDLERS[resource_type]
