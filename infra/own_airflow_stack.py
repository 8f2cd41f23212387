"""The Airflow stack of a deployment whose Airflow exists already: its DAGs, a policy for its role, topic and alarms."""

from __future__ import annotations

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.alert_topic import AlertTopic
from infra.batch_stack import BatchStack
from infra.dag_access import dag_permissions, dag_settings
from infra.grants import grant
from infra.monitoring import add_monitoring
from infra.own_airflow_files import OwnAirflowFiles
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack


class OwnAirflowStack(Stack):
    """What an Airflow that somebody else runs needs to transcribe. Nothing of that Airflow is changed.

    Args:
        scope: The CDK app.
        id: The name of the stack.
        settings: The settings of the deployment.
        storage: The stack with the buckets.
        batch: The stack with the job queue and the job definition.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploymentSettings, storage: StorageStack, batch: BatchStack
    ) -> None:
        description = "Speech to text: DAGs and permissions for an existing Airflow, alarms and the dashboard"
        super().__init__(scope, id, description=description, env=Environment(region=settings.region or None))
        # People need the settings and the addresses in one place, and these name resources of the other stacks.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W6001"]}}}
        alerts = AlertTopic(self, "Alerts", mail=settings.alert_mail)
        options = dag_settings(self, settings, storage, batch, alerts)
        policy = iam.ManagedPolicy(self, "Policy", description="What the tasks and pages of speech to text may do")
        grant(policy, dag_permissions(self, settings, storage, batch, alerts))
        files = OwnAirflowFiles(
            self,
            "Files",
            settings=settings,
            bucket=storage.airflow,
            bucket_arn=storage.airflow_arn,
            dag_settings=options,
        )
        add_monitoring(self, settings, storage, batch, topic=alerts.topic, environment=settings.airflow_environment)
        if settings.airflow_environment:
            CfnOutput(self, "AirflowEnvironment", value=settings.airflow_environment)
        for name, value, description in (
            ("TaskPolicy", policy.managed_policy_arn, "Attach it to the role with which Airflow's tasks run"),
            ("DagFolder", files.dag_folder, "DAGs and settings, as deployed"),
            ("DagSettings", self.to_json_string(options), "Airflow's options of the section transcription"),
            ("PluginsFile", files.plugins_file, "The pages, for who wants to add them to Airflow's plugins"),
            ("AlertTopic", alerts.topic.topic_arn, "Receives alarms and messages about red runs"),
        ):
            CfnOutput(self, name, value=value, description=description)
