"""What the tasks of Airflow may do in AWS Batch and with the alert topic, and what MWAA itself needs."""

from __future__ import annotations

import pytest

from tests.support.infra.permissions import is_allowed
from tests.support.infra.role_requests import tasks
from tests.support.infra.synthesized_stacks import ACCOUNT, PARTITION, REGION, SynthesizedStacks

JOB = f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job/0f0f0f0f-0000-4000-8000-000000000000:3"


def queue(deployment: SynthesizedStacks) -> str:
    return str(deployment.output("batch", "JobQueue"))


def definition(deployment: SynthesizedStacks) -> str:
    name = deployment.output("batch", "JobDefinition")
    return f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job-definition/{name}"


def test_the_job_can_be_submitted_looked_at_and_ended(deployment: SynthesizedStacks) -> None:
    for resource in (queue(deployment), definition(deployment), f"{definition(deployment)}:17"):
        assert tasks(deployment, "batch:SubmitJob", resource)
    assert tasks(deployment, "batch:ListJobs", "*")
    assert tasks(deployment, "batch:DescribeJobs", "*")
    assert tasks(deployment, "batch:TerminateJob", JOB)


def test_the_run_names_what_it_may_submit(deployment: SynthesizedStacks) -> None:
    options = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert options["transcription.job_queue"] == queue(deployment)
    assert definition(deployment).endswith(f":job-definition/{options['transcription.job_definition']}")
    (found,) = deployment.resources("AWS::Batch::JobDefinition").values()
    assert found["Properties"]["JobDefinitionName"] == options["transcription.job_definition"]


def test_no_other_job_can_be_submitted_and_none_to_another_queue(deployment: SynthesizedStacks) -> None:
    for resource in (
        f"{queue(deployment)}2",
        f"{definition(deployment)}2",
        f"{definition(deployment)}-admin:1",
        queue(deployment).rsplit("/")[0],
    ):
        assert not tasks(deployment, "batch:SubmitJob", resource)


@pytest.mark.parametrize(
    "action",
    [
        *("RegisterJobDefinition", "DeregisterJobDefinition", "UpdateJobQueue", "DeleteJobQueue", "CreateJobQueue"),
        *("UpdateComputeEnvironment", "DeleteComputeEnvironment", "TagResource", "CancelJob"),
    ],
)
def test_airflow_cannot_change_what_runs_and_where(deployment: SynthesizedStacks, action: str) -> None:
    for resource in ("*", queue(deployment), definition(deployment), JOB):
        assert not tasks(deployment, f"batch:{action}", resource)


def test_airflow_takes_no_other_role(deployment: SynthesizedStacks) -> None:
    for action in ("iam:PassRole", "sts:AssumeRole", "iam:CreateRole", "iam:PutRolePolicy"):
        assert not tasks(deployment, action, f"arn:{PARTITION}:iam::{ACCOUNT}:role/admin")


def test_red_runs_reach_the_topic_and_no_other_one(deployment: SynthesizedStacks) -> None:
    topic = deployment.output("airflow", "AlertTopic")
    key = deployment.properties("AWS::SNS::Topic")["KmsMasterKeyId"]
    assert tasks(deployment, "sns:Publish", topic)
    assert tasks(deployment, "kms:GenerateDataKey", key)
    assert tasks(deployment, "kms:Decrypt", key)
    assert not tasks(deployment, "sns:Publish", f"{topic}2")
    assert not tasks(deployment, "sns:Subscribe", topic)
    assert not tasks(deployment, "kms:ScheduleKeyDeletion", key)
    assert not tasks(deployment, "kms:Decrypt", f"{key}2", **{"kms:ViaService": f"sqs.{REGION}.amazonaws.com.cn"})


def test_airflow_itself_works(deployment: SynthesizedStacks) -> None:
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
        assert tasks(deployment, action, resource), (action, resource)
    assert tasks(deployment, "kms:GenerateDataKey", foreign, **{"kms:ViaService": f"sqs.{REGION}.amazonaws.com.cn"})
    assert tasks(deployment, "cloudwatch:PutMetricData", "*", **{"cloudwatch:namespace": "AmazonMWAA"})
    assert not tasks(deployment, "cloudwatch:PutMetricData", "*", **{"cloudwatch:namespace": "Transcription"})
    assert not tasks(deployment, "s3:PutObject", f"{files}/dags/a.py")
    assert not tasks(deployment, "logs:PutLogEvents", group.replace(deployment.name, "somebody-elses"))


def test_only_this_environment_makes_mwaa_take_the_role(deployment: SynthesizedStacks) -> None:
    trust = deployment.properties("AWS::IAM::Role", "Role")["AssumeRolePolicyDocument"]["Statement"]
    assert {entry["Principal"]["Service"] for entry in trust} == {"airflow.amazonaws.com", "airflow-env.amazonaws.com"}
    ours = f"arn:{PARTITION}:airflow:{REGION}:{ACCOUNT}:environment/{deployment.name}"
    for entry in trust:
        asked = [{**entry, "Resource": "*"}]
        service = entry["Principal"]["Service"]
        context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": ours}
        assert is_allowed(asked, "sts:AssumeRole", "role", context, service)
        assert not is_allowed(asked, "sts:AssumeRole", "role", {**context, "aws:SourceArn": f"{ours}2"}, service)
