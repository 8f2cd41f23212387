"""One resource of a stack. The handler of its type creates, updates and replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
)


@dataclass
class StackResource:
    """A resource and the properties from which it was created.

    Attributes:
        logical_id: Name of the resource in the template.
        type: Type of the resource, for example `AWS::S3::Bucket`.
        properties: Its properties, with all functions replaced.
        physical: The resource that exists. Its id is empty until it is created.
        retained: Whether the resource stays when its stack no longer declares it or is deleted.
        retained_when_replaced: Whether the resource stays when a new one replaces it.
        status: Status in the form of CloudFormation.
        changed_at: Time of the last change of the status.
    """

    logical_id: str
    type: str
    properties: dict[str, Any]
    physical: PhysicalResource
    retained: bool
    retained_when_replaced: bool
    status: str = "CREATE_COMPLETE"
    changed_at: str = ""

    @classmethod
    def declared(cls, logical_id: str, declaration: Mapping[str, Any], properties: dict[str, Any]) -> StackResource:
        """Return a resource as a template declares it. It does not exist yet.

        Args:
            logical_id: Name of the resource in the template.
            declaration: Entry of the resource in the template.
            properties: Properties of the resource, with all functions replaced.
        """
        retained, retained_when_replaced = (
            declaration.get(policy, "Delete") in ("Retain", "RetainExceptOnCreate")
            for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        )
        type_ = declaration["Type"]
        return cls(logical_id, type_, properties, PhysicalResource(""), retained, retained_when_replaced)

    def create_or_update(self, handler: ResourceHandler, request: HandlerRequest, old: StackResource | None) -> bool:
        """Create the resource, or update `old` in place if its type allows it.

        Returns:
            Whether `old` was updated in place. If not, `old` still exists beside the new resource.
        """
        if old and old.type == self.type:
            request.old_properties, request.existing = old.properties, old.physical
            try:
                self.physical = handler.update(request)
            except ReplacementRequired:
                pass
            else:
                return self.physical.physical_id == old.physical.physical_id
        self.physical = handler.create(request)
        return False
