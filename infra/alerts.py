"""The topic that is told when something needs a person."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlertTopic(Construct):
    """An SNS topic, TLS only, encrypted with a key that alarms may use too: AWS's own for SNS does not admit them."""

    def __init__(self, scope: Construct, id: str, *, mail: str) -> None:
        super().__init__(scope, id)
        #: Nothing is kept under it: messages that are sent need it no more.
        self.key = kms.Key(
            self,
            "Key",
            description="Messages on their way to those who are told of red runs and alarms",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions=ours))
        if mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(mail))
