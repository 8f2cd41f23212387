"""Resource handlers: for each type of resource, how to create, update and delete it through the API of its service."""

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
    """A resource that exists: its physical id, which is the value of `Ref`, and the values of `Fn::GetAtt`."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


class ReplacementRequired(Exception):
    """Raised by `ResourceHandler.update` if the change is possible only with a new resource."""


@dataclass
class HandlerRequest:
    """A request to create, update or delete one resource of a stack.

    Attributes:
        account: Account and region of the stack.
        stack_name: Name of the stack.
        stack_id: ARN of the stack.
        logical_id: Name of the resource in the template.
        type: Type of the resource, for example `AWS::S3::Bucket`.
        properties: Properties that the template declares, with all functions replaced.
        old_properties: For an update or a deletion: the properties of the existing resource.
        existing: For an update or a deletion: the existing resource.
    """

    account: StackAccount
    stack_name: str
    stack_id: str
    logical_id: str
    type: str
    properties: Properties
    old_properties: Properties = field(default_factory=dict)
    existing: PhysicalResource = field(default_factory=lambda: PhysicalResource(""))

    def client(self, service: str) -> Any:
        """Return a client of `service` in the account of the stack. See `StackAccount`."""
        return self.account.client(service)

    def unique_name(self, limit: int = 128) -> str:
        """Return an unused name of at most `limit` characters, in the form that CloudFormation generates."""
        end = f"-{secrets.token_hex(6).upper()}"
        return f"{self.stack_name}-{self.logical_id}"[: limit - len(end)] + end

    def has_changed(self, *names: str) -> bool:
        """Return whether one of the properties `names` differs from its old value."""
        return any(self.properties.get(name) != self.old_properties.get(name) for name in names)

    def tags(self) -> dict[str, str]:
        """Return the values of the declared tags by their keys."""
        tags = self.properties.get("Tags", [])
        return dict(tags) if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}


class ResourceHandler:
    """The handler of one or more resource types."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the resource and return it."""
        raise NotImplementedError

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Update `request.existing` in place, and return the updated resource.

        Handlers that do not override this method cannot update in place.

        Raises:
            ReplacementRequired: An update in place is not possible.
        """
        raise ReplacementRequired

    def delete(self, request: HandlerRequest) -> None:
        """Delete `request.existing`."""
        raise NotImplementedError


_HANDLERS: dict[str, ResourceHandler] = {}


def handles(*types: str) -> Callable[[type[ResourceHandler]], type[ResourceHandler]]:
    """Return a class decorator that registers the class as the handler of the resource types `types`."""

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
