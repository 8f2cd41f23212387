"""Handler of EventBridge rules."""

from __future__ import annotations

import json

from standin.cloudformation.property_names import pick
from standin.cloudformation.resource_handler import HandlerRequest, PhysicalResource, handles
from standin.cloudformation.resources.put_resource import PutResource


@handles("AWS::Events::Rule")
class Rule(PutResource):
    """Handler of EventBridge rules. A rule never matches, because nothing in the stand-in emits events."""

    name_property = "Name"
    name_limit = 64

    def delete(self, request: HandlerRequest) -> None:
        """Delete the rule and its targets. See `ResourceHandler`."""
        events, name = request.client("events"), request.existing.physical_id
        if targets := [target["Id"] for target in request.old_properties.get("Targets", [])]:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)

    def put(self, request: HandlerRequest, name: str) -> PhysicalResource:
        """Create or overwrite the rule with its targets and return it. See `PutResource`."""
        events, properties = request.client("events"), request.properties
        pattern = {"EventPattern": json.dumps(properties["EventPattern"])} if "EventPattern" in properties else {}
        arn = events.put_rule(Name=name, **pattern, **pick(properties, "ScheduleExpression", "State", "Description"))
        if targets := properties.get("Targets"):
            events.put_targets(Rule=name, Targets=targets)
        return PhysicalResource(name, {"Arn": arn["RuleArn"]})
