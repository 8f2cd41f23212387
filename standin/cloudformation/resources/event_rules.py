"""EventBridge rules."""

from __future__ import annotations

import json

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    ReplacementRequired,
    ResourceHandler,
    handles,
)


@handles("AWS::Events::Rule")
class Rule(ResourceHandler):
    """An EventBridge rule. Nothing in the stand-in emits events."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        return self._put(request, request.properties.get("Name") or request.unique_name(64))

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """See `ResourceHandler`."""
        if request.has_changed("Name"):
            raise ReplacementRequired
        return self._put(request, request.existing.physical_id)

    def delete(self, request: HandlerRequest) -> None:
        """See `ResourceHandler`."""
        events, name = request.client("events"), request.existing.physical_id
        if targets := [target["Id"] for target in request.old_properties.get("Targets", [])]:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)

    @staticmethod
    def _put(request: HandlerRequest, name: str) -> PhysicalResource:
        events, properties = request.client("events"), request.properties
        pattern = {"EventPattern": json.dumps(properties["EventPattern"])} if "EventPattern" in properties else {}
        arn = events.put_rule(Name=name, **pattern, **pick(properties, "ScheduleExpression", "State", "Description"))
        if targets := properties.get("Targets"):
            events.put_targets(Rule=name, Targets=targets)
        return PhysicalResource(name, {"Arn": arn["RuleArn"]})
