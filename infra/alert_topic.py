"""The SNS topic that receives alarms and messages about failed runs."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlertTopic(Construct):
    """An encrypted SNS topic that accepts TLS connections only.

    The topic has a key of its own, because CloudWatch alarms cannot use the key that AWS manages for SNS.
    """

    def __init__(self, scope: Construct, id: str, *, mail: str) -> None:
        """Create the topic, and subscribe the mail address unless it is empty."""
        super().__init__(scope, id)
        #: The key is deleted with the stack, because SNS stores no messages that this key encrypts.
        self.key = kms.Key(
            self,
            "Key",
            description="Encrypts messages about red runs and alarms while SNS delivers them",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        same_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions=same_account))
        # Source: Amazon EventBridge User Guide, "Using IAM policy conditions in Amazon EventBridge".
        events = iam.ServicePrincipal("events.amazonaws.com")
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[events],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=same_account,
            )
        )
        self.key.grant(events, "kms:Decrypt", "kms:GenerateDataKey*")
        if mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(mail))
