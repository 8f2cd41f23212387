"""The stack with Airflow: the MWAA environment, what it runs on, and who is told when something goes wrong."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_mwaa as mwaa
from constructs import Construct

from infra import permissions
from infra.airflow_files import AirflowFiles
from infra.airflow_role import airflow_role
from infra.alarms import Alarms
from infra.alerts import AlertTopic
from infra.batch import BatchStack
from infra.dashboard import add_dashboard
from infra.logs import log_group
from infra.settings import DeploymentSettings
from infra.storage import StorageStack

#: How MWAA names the log groups of an environment, `airflow-{environment}-…`.
_LOGS = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")


class AirflowStack(Stack):
    """Airflow on MWAA, its alarms and a dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploymentSettings,
        storage: StorageStack,
        batch: BatchStack,
    ) -> None:
        super().__init__(scope, id, description="Speech to text: Airflow, its alarms and the dashboard")
        # MWAA has to be told a name; CloudFormation finds all others.
        name = settings.name
        topic = AlertTopic(self, "Alerts", mail=settings.alert_mail)
        role = airflow_role(self, name, storage.airflow_arn)
        queue = batch.queue.job_queue_arn
        definition = self.format_arn(service="batch", resource="job-definition", resource_name=batch.definition_name)
        jobs = self.format_arn(service="batch", resource="job", resource_name="*")
        permissions.grant(role, permissions.of_tasks(storage.audio_arn))
        permissions.grant(role, permissions.of_submitter(queue, definition, jobs))
        permissions.grant(role, permissions.of_notifier(topic.topic.topic_arn, topic.key.key_arn))
        options = {
            "bucket": storage.audio.bucket_name,
            "job_queue": queue,
            "job_definition": batch.definition_name,
            "image_model": settings.image_model,
            "parallel_children": str(settings.parallel_children),
            "start_limit_minutes": str(settings.start_limit_minutes),
            "alert_topic": topic.topic.topic_arn,
            **settings.transcription,
        }
        files = AirflowFiles(self, "Files", settings=settings, bucket=storage.airflow, bucket_arn=storage.airflow_arn)
        environment = mwaa.CfnEnvironment(
            self,
            "Environment",
            name=name,
            airflow_version=settings.airflow_version,
            environment_class=settings.airflow_class,
            # The DAG runs one task at a time, and mw1.micro has no more.
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
                subnet_ids=[each.subnet_id for each in batch.network.subnets],
                security_group_ids=[batch.network.airflow.security_group_id],
            ),
            webserver_access_mode=f"{settings.webserver_access.upper()}_ONLY",
            # Far from 01:00.
            weekly_maintenance_window_start="SUN:12:00",
        )
        # MWAA uses a group that is there already (https://github.com/aws/aws-cdk/issues/14414): one that ends.
        for kind in _LOGS:
            environment.node.add_dependency(log_group(self, f"{kind}Log", settings, f"airflow-{name}-{kind}"))
        # Those that no property of it speaks of.
        environment.node.add_dependency(role.node.find_child("DefaultPolicy"), files.deployed_dags)
        alarms = Alarms(
            self,
            "Alarms",
            topic=topic.topic,
            environment=name,
            bucket=storage.audio.bucket_name,
            queue=queue,
        )
        add_dashboard(self, settings, storage.audio.bucket_name, alarms)
        CfnOutput(self, "AirflowAddress", value=f"https://{environment.attr_webserver_url}", description="Airflow")
        CfnOutput(self, "AirflowEnvironment", value=name)
        CfnOutput(self, "AlertTopic", value=topic.topic.topic_arn, description="Is told of red runs and of alarms")


def _logging() -> mwaa.CfnEnvironment.LoggingConfigurationProperty:
    """What tasks say, and what is wrong with the rest."""

    def of(level: str) -> mwaa.CfnEnvironment.ModuleLoggingConfigurationProperty:
        return mwaa.CfnEnvironment.ModuleLoggingConfigurationProperty(enabled=True, log_level=level)

    return mwaa.CfnEnvironment.LoggingConfigurationProperty(
        dag_processing_logs=of("WARNING"),
        scheduler_logs=of("WARNING"),
        task_logs=of("INFO"),
        webserver_logs=of("WARNING"),
        worker_logs=of("WARNING"),
    )
