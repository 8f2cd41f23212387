"""One resource of a stack: created, updated, replaced and deleted by the handler of its type."""

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
    """A resource with the properties from which it was created."""

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
        """Return a resource as a template declares it; it does not exist yet.

        Args:
            logical_id: Its name in the template.
            declaration: Its entry in the template.
            properties: Its properties, with all functions replaced.
        """
        retained, retained_when_replaced = (
            declaration.get(policy, "Delete") in ("Retain", "RetainExceptOnCreate")
            for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        )
        type_ = declaration["Type"]
        return cls(logical_id, type_, properties, PhysicalResource(""), retained, retained_when_replaced)

    def create_or_update(self, handler: ResourceHandler, request: HandlerRequest, old: StackResource | None) -> bool:
        """Create the resource, or update `old` in place where its type allows that.

        Returns:
            Whether `old` was updated in place; otherwise it still exists beside the new resource.
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
