"""Permissions of Airflow's tasks in AWS Batch and on the alert topic, and the permissions that MWAA itself needs."""

from __future__ import annotations

import pytest

from tests.support.infra.permissions import is_allowed
from tests.support.infra.role_requests import tasks_may
from tests.support.infra.synthesized_stacks import ACCOUNT, PARTITION, REGION, SynthesizedStacks

JOB = f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job/0f0f0f0f-0000-4000-8000-000000000000:3"


def queue(deployment: SynthesizedStacks) -> str:
    """Return the ARN of the job queue."""
    return str(deployment.output("batch", "JobQueue"))


def definition(deployment: SynthesizedStacks) -> str:
    """Return the ARN of the job definition without its revision."""
    name = deployment.output("batch", "JobDefinition")
    return f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job-definition/{name}"


def test_tasks_can_submit_inspect_and_terminate_the_job(deployment: SynthesizedStacks) -> None:
    for resource in (queue(deployment), definition(deployment), f"{definition(deployment)}:17"):
        assert tasks_may(deployment, "batch:SubmitJob", resource)
    assert tasks_may(deployment, "batch:ListJobs", "*")
    assert tasks_may(deployment, "batch:DescribeJobs", "*")
    assert tasks_may(deployment, "batch:TerminateJob", JOB)


def test_airflows_options_name_the_queue_and_the_job_definition(deployment: SynthesizedStacks) -> None:
    options = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert options["transcription.job_queue"] == queue(deployment)
    assert definition(deployment).endswith(f":job-definition/{options['transcription.job_definition']}")
    (job_definition,) = deployment.resources("AWS::Batch::JobDefinition").values()
    assert job_definition["Properties"]["JobDefinitionName"] == options["transcription.job_definition"]


def test_tasks_cannot_submit_another_job_or_to_another_queue(deployment: SynthesizedStacks) -> None:
    for resource in (
        f"{queue(deployment)}2",
        f"{definition(deployment)}2",
        f"{definition(deployment)}-admin:1",
        queue(deployment).rsplit("/")[0],
    ):
        assert not tasks_may(deployment, "batch:SubmitJob", resource)


@pytest.mark.parametrize(
    "action",
    [
        *("RegisterJobDefinition", "DeregisterJobDefinition", "UpdateJobQueue", "DeleteJobQueue", "CreateJobQueue"),
        *("UpdateComputeEnvironment", "DeleteComputeEnvironment", "TagResource", "CancelJob"),
    ],
)
def test_tasks_cannot_change_job_definitions_queues_or_machines(deployment: SynthesizedStacks, action: str) -> None:
    for resource in ("*", queue(deployment), definition(deployment), JOB):
        assert not tasks_may(deployment, f"batch:{action}", resource)


def test_tasks_cannot_use_or_change_another_role(deployment: SynthesizedStacks) -> None:
    for action in ("iam:PassRole", "sts:AssumeRole", "iam:CreateRole", "iam:PutRolePolicy"):
        assert not tasks_may(deployment, action, f"arn:{PARTITION}:iam::{ACCOUNT}:role/admin")


def test_the_pages_can_read_the_logs_of_children_and_no_others(deployment: SynthesizedStacks) -> None:
    groups = deployment.resources("AWS::Logs::LogGroup", "batch")
    (name,) = (name for name in groups if name.startswith("Log"))
    group = str(deployment.resolve({"Fn::GetAtt": [name, "Arn"]})).removesuffix(":*")
    stream = f"{group}:log-stream:transcribe/default/0a1b"
    assert tasks_may(deployment, "logs:GetLogEvents", stream)
    assert not tasks_may(deployment, "logs:PutLogEvents", stream)
    assert not tasks_may(deployment, "logs:GetLogEvents", f"{group}-other:log-stream:a")


def test_tasks_can_publish_to_the_alert_topic_and_to_no_other(deployment: SynthesizedStacks) -> None:
    topic = deployment.output("airflow", "AlertTopic")
    key = deployment.properties("AWS::SNS::Topic")["KmsMasterKeyId"]
    assert tasks_may(deployment, "sns:Publish", topic)
    assert tasks_may(deployment, "kms:GenerateDataKey", key)
    assert tasks_may(deployment, "kms:Decrypt", key)
    assert not tasks_may(deployment, "sns:Publish", f"{topic}2")
    assert not tasks_may(deployment, "sns:Subscribe", topic)
    assert not tasks_may(deployment, "kms:ScheduleKeyDeletion", key)
    assert not tasks_may(deployment, "kms:Decrypt", f"{key}2", **{"kms:ViaService": f"sqs.{REGION}.amazonaws.com.cn"})


def test_the_role_has_the_permissions_that_mwaa_needs(deployment: SynthesizedStacks) -> None:
    # Amazon MWAA User Guide, "Amazon MWAA execution role".
    files = f"arn:{PARTITION}:s3:::{deployment.output('storage', 'AirflowBucket')}"
    group = f"arn:{PARTITION}:logs:{REGION}:{ACCOUNT}:log-group:airflow-{deployment.name}-Task"
    celery = f"arn:{PARTITION}:sqs:{REGION}:999999999999:airflow-celery-0f0f"
    foreign = f"arn:{PARTITION}:kms:{REGION}:999999999999:key/0f0f"
    for action, resource in (
        *(("s3:GetObject", f"{files}/dags/a.py"), ("s3:GetObjectVersion", f"{files}/plugins/a.zip")),
        *((f"s3:{action}", files) for action in ("ListBucket", "GetBucketVersioning", "GetBucketPublicAccessBlock")),
        *(
            (f"logs:{action}", f"{group}:log-stream:a")
            for action in ("CreateLogStream", "PutLogEvents", "GetLogEvents")
        ),
        ("logs:DescribeLogGroups", "*"),
        ("s3:GetAccountPublicAccessBlock", "*"),
        *((f"sqs:{action}", celery) for action in ("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueUrl")),
        ("airflow:PublishMetrics", f"arn:{PARTITION}:airflow:{REGION}:{ACCOUNT}:environment/{deployment.name}"),
    ):
        assert tasks_may(deployment, action, resource), (action, resource)
    assert tasks_may(deployment, "kms:GenerateDataKey", foreign, **{"kms:ViaService": f"sqs.{REGION}.amazonaws.com.cn"})
    assert tasks_may(deployment, "cloudwatch:PutMetricData", "*", **{"cloudwatch:namespace": "AmazonMWAA"})
    assert not tasks_may(deployment, "cloudwatch:PutMetricData", "*", **{"cloudwatch:namespace": "Transcription"})
    assert not tasks_may(deployment, "s3:PutObject", f"{files}/dags/a.py")
    assert not tasks_may(deployment, "logs:PutLogEvents", group.replace(deployment.name, "another"))


def test_mwaa_can_assume_the_role_for_this_environment_only(deployment: SynthesizedStacks) -> None:
    trust = deployment.properties("AWS::IAM::Role", "Role")["AssumeRolePolicyDocument"]["Statement"]
    assert {entry["Principal"]["Service"] for entry in trust} == {"airflow.amazonaws.com", "airflow-env.amazonaws.com"}
    own_environment = f"arn:{PARTITION}:airflow:{REGION}:{ACCOUNT}:environment/{deployment.name}"
    for entry in trust:
        statements = [{**entry, "Resource": "*"}]
        service = entry["Principal"]["Service"]
        context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": own_environment}
        assert is_allowed(statements, "sts:AssumeRole", "role", context, service)
        assert not is_allowed(
            statements, "sts:AssumeRole", "role", {**context, "aws:SourceArn": f"{own_environment}2"}, service
        )
