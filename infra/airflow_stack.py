"""The Airflow stack: the MWAA environment with its files and role, the alert topic, the alarms and the dashboard."""

from __future__ import annotations

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_mwaa as mwaa
from constructs import Construct

from infra.airflow_files import AirflowFiles
from infra.airflow_role import add_airflow_role
from infra.alert_topic import AlertTopic
from infra.batch_stack import BatchStack
from infra.dag_access import dag_permissions, dag_settings
from infra.grants import grant
from infra.log_groups import add_log_group
from infra.monitoring import add_monitoring
from infra.regions import can_update_gracefully
from infra.settings import DeploymentSettings
from infra.storage_stack import StorageStack

#: The kinds of MWAA's log groups. A group is named `airflow-{environment}-{kind}`.
_LOG_KINDS = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")


class AirflowStack(Stack):
    """Airflow on MWAA, its alarms and a dashboard.

    Args:
        scope: The CDK app.
        id: The name of the stack.
        settings: The settings of the deployment.
        storage: The stack with the buckets.
        batch: The stack with the network, the job queue and the job definition.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploymentSettings,
        storage: StorageStack,
        batch: BatchStack,
    ) -> None:
        description = "Speech to text: Airflow, its alarms and the dashboard"
        super().__init__(scope, id, description=description, env=Environment(region=settings.region or None))
        # An MWAA environment needs an explicit name. CloudFormation chooses the names of most other resources.
        name = settings.name
        topic = AlertTopic(self, "Alerts", mail=settings.alert_mail)
        role = add_airflow_role(self, name, storage.airflow_arn)
        grant(role, dag_permissions(self, settings, storage, batch, topic))
        options = dag_settings(self, settings, storage, batch, topic)
        files = AirflowFiles(self, "Files", settings=settings, bucket=storage.airflow, bucket_arn=storage.airflow_arn)
        environment = mwaa.CfnEnvironment(
            self,
            "Environment",
            name=name,
            airflow_version=settings.airflow_version,
            environment_class=settings.airflow_class,
            # One worker is enough, because the DAG runs one task at a time. mw1.micro allows no more.
            min_workers=1,
            max_workers=1,
            execution_role_arn=role.role_arn,
            source_bucket_arn=storage.airflow.bucket_arn,
            dag_s3_path=files.dags,
            plugins_s3_path=files.plugins.path,
            plugins_s3_object_version=files.plugins.version,
            requirements_s3_path=files.requirements.path if files.requirements else None,
            requirements_s3_object_version=files.requirements.version if files.requirements else None,
            airflow_configuration_options={f"transcription.{option}": value for option, value in options.items()},
            logging_configuration=_logging(),
            network_configuration=mwaa.CfnEnvironment.NetworkConfigurationProperty(
                subnet_ids=[subnet.subnet_id for subnet in batch.network.subnets],
                security_group_ids=[group.security_group_id for group in batch.network.airflow_groups],
            ),
            webserver_access_mode=f"{settings.webserver_access.upper()}_ONLY",
            # A task at work may end before an update replaces its worker. mw1.micro runs all parts of Airflow on one
            # machine, which is replaced as a whole.
            worker_replacement_strategy="GRACEFUL" if can_update_gracefully(settings) else None,
            # Far from the nightly run at 01:00 UTC.
            weekly_maintenance_window_start="SUN:12:00",
        )
        # MWAA writes to a log group that exists already (https://github.com/aws/aws-cdk/issues/14414). Its own groups
        # would have no retention.
        for kind in _LOG_KINDS:
            environment.node.add_dependency(add_log_group(self, f"{kind}Log", settings, f"airflow-{name}-{kind}"))
        # No property of the environment refers to these, so CloudFormation would not wait for them.
        environment.node.add_dependency(role.node.find_child("DefaultPolicy"), files.deployed_dags)
        add_monitoring(self, settings, storage, batch, topic=topic.topic, environment=name)
        CfnOutput(self, "AirflowAddress", value=f"https://{environment.attr_webserver_url}", description="Airflow")
        CfnOutput(self, "AirflowEnvironment", value=name)
        CfnOutput(
            self, "AlertTopic", value=topic.topic.topic_arn, description="Receives alarms and messages about red runs"
        )


def _logging() -> mwaa.CfnEnvironment.LoggingConfigurationProperty:
    """Return the levels of MWAA's logs: everything that tasks write, and only warnings and errors of other parts."""

    def module(level: str) -> mwaa.CfnEnvironment.ModuleLoggingConfigurationProperty:
        return mwaa.CfnEnvironment.ModuleLoggingConfigurationProperty(enabled=True, log_level=level)

    return mwaa.CfnEnvironment.LoggingConfigurationProperty(
        dag_processing_logs=module("WARNING"),
        scheduler_logs=module("WARNING"),
        task_logs=module("INFO"),
        webserver_logs=module("WARNING"),
        worker_logs=module("WARNING"),
    )
