"""SNS, and CloudWatch's alarms and dashboards."""

from __future__ import annotations

import json

from standin.cloudformation.provider import Made, Provider, Replace, Request, only, provides


@provides("AWS::SNS::Topic")
class Topic(Provider):
    """A topic."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        name = request.properties.get("TopicName") or request.name()
        attributes = {
            name: str(value) for name, value in only(request.properties, "KmsMasterKeyId", "DisplayName").items()
        }
        arn = request.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        for each in request.properties.get("Subscription", []):
            request.client("sns").subscribe(TopicArn=arn, **each)
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("TopicName", "Subscription"):
            raise Replace
        for name, value in only(request.properties, "KmsMasterKeyId", "DisplayName").items():
            request.client("sns").set_topic_attributes(
                TopicArn=request.made.physical_id, AttributeName=name, AttributeValue=str(value)
            )
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("sns").delete_topic(TopicArn=request.made.physical_id)


@provides("AWS::SNS::TopicPolicy")
class TopicPolicy(Provider):
    """Who may publish to topics."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        policy = json.dumps(request.properties["PolicyDocument"])
        for arn in request.properties["Topics"]:
            request.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        return Made(request.name())

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        self.create(request)
        return request.made

    def delete(self, request: Request) -> None:
        """See `Provider`. It goes with its topic."""


@provides("AWS::SNS::Subscription")
class Subscription(Provider):
    """Who is told."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        arn = request.client("sns").subscribe(**only(request.properties, "TopicArn", "Protocol", "Endpoint"))
        return Made(arn["SubscriptionArn"], {"Arn": arn["SubscriptionArn"]})

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("sns").unsubscribe(SubscriptionArn=request.made.physical_id)


@provides("AWS::CloudWatch::Alarm")
class Alarm(Provider):
    """An alarm. moto never evaluates it."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return self._put(request, request.properties.get("AlarmName") or request.name(255))

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("AlarmName"):
            raise Replace
        return self._put(request, request.made.physical_id)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("cloudwatch").delete_alarms(AlarmNames=[request.made.physical_id])

    @staticmethod
    def _put(request: Request, name: str) -> Made:
        wanted = {key: value for key, value in request.properties.items() if key != "AlarmName"}
        request.client("cloudwatch").put_metric_alarm(AlarmName=name, **wanted)
        return Made(name, {"Arn": request.account.arn("cloudwatch", f"alarm:{name}")})


@provides("AWS::CloudWatch::Dashboard")
class Dashboard(Provider):
    """A page of charts."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return self._put(request, request.properties.get("DashboardName") or request.name(255))

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("DashboardName"):
            raise Replace
        return self._put(request, request.made.physical_id)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        request.client("cloudwatch").delete_dashboards(DashboardNames=[request.made.physical_id])

    @staticmethod
    def _put(request: Request, name: str) -> Made:
        request.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=request.properties["DashboardBody"]
        )
        return Made(name)


@provides("AWS::Events::Rule")
class Rule(Provider):
    """What is done about an event. Nothing raises any here."""

    def create(self, request: Request) -> Made:
        """See `Provider`."""
        return self._put(request, request.properties.get("Name") or request.name(64))

    def update(self, request: Request) -> Made:
        """See `Provider`."""
        if request.changed("Name"):
            raise Replace
        return self._put(request, request.made.physical_id)

    def delete(self, request: Request) -> None:
        """See `Provider`."""
        events, name = request.client("events"), request.made.physical_id
        if targets := [each["Id"] for each in request.old.get("Targets", [])]:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)

    @staticmethod
    def _put(request: Request, name: str) -> Made:
        events, wanted = request.client("events"), request.properties
        pattern = {"EventPattern": json.dumps(wanted["EventPattern"])} if "EventPattern" in wanted else {}
        arn = events.put_rule(Name=name, **pattern, **only(wanted, "ScheduleExpression", "State", "Description"))
        if targets := wanted.get("Targets"):
            events.put_targets(Rule=name, Targets=targets)
        return Made(name, {"Arn": arn["RuleArn"]})
