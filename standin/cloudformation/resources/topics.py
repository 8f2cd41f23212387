"""Handlers of SNS topics, their policies and subscriptions."""

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


@handles("AWS::SNS::Topic")
class Topic(ResourceHandler):
    """Handler of SNS topics."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the topic with its subscriptions and return the topic. See `ResourceHandler`."""
        name = request.properties.get("TopicName") or request.unique_name()
        attributes = {
            name: str(value) for name, value in pick(request.properties, "KmsMasterKeyId", "DisplayName").items()
        }
        arn = request.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        for subscription in request.properties.get("Subscription", []):
            request.client("sns").subscribe(TopicArn=arn, **subscription)
        return PhysicalResource(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Update the topic. A new name or new subscriptions need a new topic. See `ResourceHandler`."""
        if request.has_changed("TopicName", "Subscription"):
            raise ReplacementRequired
        for name, value in pick(request.properties, "KmsMasterKeyId", "DisplayName").items():
            request.client("sns").set_topic_attributes(
                TopicArn=request.existing.physical_id, AttributeName=name, AttributeValue=str(value)
            )
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Delete the topic. See `ResourceHandler`."""
        request.client("sns").delete_topic(TopicArn=request.existing.physical_id)


@handles("AWS::SNS::TopicPolicy")
class TopicPolicy(ResourceHandler):
    """Handler of the policies that say who may publish to a topic."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the topics and return the policy. See `ResourceHandler`."""
        policy = json.dumps(request.properties["PolicyDocument"])
        for arn in request.properties["Topics"]:
            request.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        return PhysicalResource(request.unique_name())

    def update(self, request: HandlerRequest) -> PhysicalResource:
        """Set the policy of the topics again. See `ResourceHandler`."""
        self.create(request)
        return request.existing

    def delete(self, request: HandlerRequest) -> None:
        """Do nothing. SNS deletes the policy together with its topic. See `ResourceHandler`."""


@handles("AWS::SNS::Subscription")
class Subscription(ResourceHandler):
    """Handler of subscriptions to an SNS topic."""

    def create(self, request: HandlerRequest) -> PhysicalResource:
        """Create the subscription and return it. See `ResourceHandler`."""
        response = request.client("sns").subscribe(**pick(request.properties, "TopicArn", "Protocol", "Endpoint"))
        return PhysicalResource(response["SubscriptionArn"], {"Arn": response["SubscriptionArn"]})

    def delete(self, request: HandlerRequest) -> None:
        """Delete the subscription. See `ResourceHandler`."""
        request.client("sns").unsubscribe(SubscriptionArn=request.existing.physical_id)
