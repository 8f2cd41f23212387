"""Handlers of SQS queues and their policies."""

from __future__ import annotations

import json
from typing import Any

from standin.cloudformation.resource_handler import (
    HandlerRequest,
    PhysicalResource,
    Properties,
    ResourceHandler,
    handles,
)
from standin.cloudformation.resources.configured_resource import ConfiguredResource


@handles("AWS::SQS::Queue")
class Queue(ConfiguredResource):
    """Handler of SQS queues."""

    name_property = "QueueName"

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the queue and return it. See `ResourceHandler`."""
        name = request.properties.get("QueueName") or request.unique_name(80)
        sqs = request.client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=_attributes(request.properties))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return PhysicalResource(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the queue. See `ResourceHandler`."""
        request.client("sqs").delete_queue(QueueUrl=request.existing.physical_id)

    def configure(self, request: HandlerRequest, name: str) -> None:
        """Set the declared attributes of the queue with the URL `name`. See `ConfiguredResource`."""
        request.client("sqs").set_queue_attributes(QueueUrl=name, Attributes=_attributes(request.properties))


@handles("AWS::SQS::QueuePolicy")
class QueuePolicy(ResourceHandler):
    """Handler of the policies that say who may use a queue."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the queues and return the policy. See `ResourceHandler`."""
        policy = json.dumps(request.properties["PolicyDocument"])
        for url in request.properties["Queues"]:
            request.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the queues again. See `ResourceHandler`."""
        self.create(request)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. SQS deletes the policy together with its queue. See `ResourceHandler`."""


def _attributes(properties: Properties) -> dict[str, str]:
    """Return the attributes of a queue in the form of CreateQueue."""
    attributes: dict[str, Any] = {
        name: value for name, value in properties.items() if name not in ("QueueName", "Tags")
    }
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}
