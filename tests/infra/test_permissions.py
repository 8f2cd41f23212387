"""What the container and the DAG's tasks may do: each call that they make, and nothing that they do not.

The local AWS checks no permission, so this is where one that is missing, or one too many, is seen before AWS sees it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import boto3
import pytest

from infra.paths import DAGS, ROOT
from tests.support.infra.permissions import is_allowed
from tests.support.infra.synthesized_stacks import ACCOUNT, PARTITION, REGION, SynthesizedStacks
from transcription.contract import keys

NAME = "2022.01.15/a b#1*?.wav"
INPUT = keys.INPUT_FOLDER + NAME
RUN = keys.RunKeys(keys.run_name("scheduled__2026-11-24T01:00:00+00:00"))
TEXT = keys.transcript(keys.name_of(INPUT))
JSON = keys.transcript_json(keys.name_of(INPUT))
SHARD, RESULT = RUN.shard("draft", 0), RUN.result(0)
MODEL = f"{keys.model('mine')}english.pbmm"
JOB = f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job/0f0f0f0f-0000-4000-8000-000000000000:3"

#: Which permissions a call of boto3 needs. Sources: Amazon S3 API Reference, "Required permissions for Amazon S3 API
#: operations"; Service Authorization Reference. `source` and `target` stand for the keys of a copy.
NEEDS = {
    "get_object": ("s3:GetObject",),
    "head_object": ("s3:GetObject",),
    "download_file": ("s3:GetObject",),
    "put_object": ("s3:PutObject",),
    "delete_object": ("s3:DeleteObject", "s3:GetObject"),  # the second one for its condition
    "delete_objects": ("s3:DeleteObject", "s3:GetObject"),
    "copy_object": (
        *("source s3:GetObject", "source s3:GetObjectTagging", "source s3:GetObjectAnnotation"),
        *("s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectAnnotation"),
    ),
    "copy": (
        *("source s3:GetObject", "source s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"),
        "s3:AbortMultipartUpload",
    ),
}
#: On what the container uses each of its calls.
CONTAINER = {
    "get_object": [SHARD, RESULT, INPUT],
    "download_file": [MODEL],
    "put_object": [TEXT, JSON, keys.subtitles("talk", "srt"), keys.subtitles("talk", "vtt"), RESULT],
}
CONTAINER_LISTS = [keys.model("mine"), keys.MODELS_FOLDER]
#: On what the tasks use each of theirs.
TASKS = {
    "get_object": [RUN.plan, SHARD, RUN.done("draft"), RUN.job, RUN.verdicts, RUN.moves, RESULT, TEXT, JSON],
    "head_object": [INPUT, keys.processed(INPUT), keys.failed(INPUT)],
    "put_object": [
        *(RUN.plan, SHARD, RUN.done("draft"), RUN.job, RUN.verdicts, RUN.moves, RUN.report),
        keys.failed_reason(INPUT),
    ],
    "copy_object": [keys.processed(INPUT), keys.failed(INPUT)],
    "copy": [keys.processed(INPUT), keys.failed(INPUT)],
    "delete_object": [INPUT],
    "delete_objects": [INPUT],
}
TASKS_LIST = [
    keys.INPUT_FOLDER,
    keys.INPUT_FOLDER + "interviews/",
    keys.OUTPUT_FOLDER,
    keys.MODELS_FOLDER + "mine/",
    RUN.results,
]

REFUSED_TO_CONTAINER = [
    *(("s3:PutObject", key) for key in (INPUT, keys.processed(INPUT), keys.failed(INPUT), MODEL, SHARD, RUN.plan)),
    *(("s3:PutObject", key) for key in (RUN.job, RUN.report, RUN.verdicts, "talk.wav")),
    *(("s3:GetObject", key) for key in (TEXT, keys.processed(INPUT), keys.failed(INPUT), RUN.report, "talk.wav")),
    *(("s3:DeleteObject", key) for key in (INPUT, TEXT, RESULT, SHARD, MODEL)),
    *(
        (f"s3:{action}", INPUT)
        for action in ("DeleteObjectVersion", "GetObjectVersion", "PutObjectAcl", "RestoreObject")
    ),
]
REFUSED_TO_TASKS = [
    *(("s3:PutObject", key) for key in (INPUT, TEXT, JSON, MODEL, "talk.wav")),
    *(("s3:DeleteObject", key) for key in (TEXT, keys.processed(INPUT), keys.failed(INPUT), RESULT, RUN.plan, MODEL)),
    *(("s3:GetObject", key) for key in (MODEL, "talk.wav")),
    *((f"s3:{action}", INPUT) for action in ("DeleteObjectVersion", "PutObjectAcl", "PutObjectRetention")),
]
#: What neither may do to buckets, whatever the bucket.
OF_BUCKETS = (
    *("DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketVersioning", "PutLifecycleConfiguration"),
    *("PutBucketPublicAccessBlock", "PutEncryptionConfiguration", "ListBucketVersions", "ListAllMyBuckets"),
)


def container(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    return is_allowed(deployment.statements("JobRole"), action, resource, {"aws:SecureTransport": "true", **context})


def tasks(deployment: SynthesizedStacks, action: str, resource: str, **context: str) -> bool:
    return is_allowed(deployment.statements("Role"), action, resource, {"aws:SecureTransport": "true", **context})


def bucket(deployment: SynthesizedStacks) -> str:
    return f"arn:{PARTITION}:s3:::{deployment.output('storage', 'AudioBucket')}"


def needed(uses: dict[str, list[str]], source: str = INPUT) -> list[tuple[str, str, str]]:
    """Call, permission and key, for each use."""
    return [
        (call, permission.removeprefix("source "), source if permission.startswith("source") else target)
        for call, targets in uses.items()
        for permission in NEEDS[call]
        for target in targets
    ]


@pytest.mark.parametrize(("call", "permission", "key"), needed(CONTAINER))
def test_no_transcript_is_lost_because_the_container_may_not(
    deployment: SynthesizedStacks, call: str, permission: str, key: str
) -> None:
    assert container(deployment, permission, f"{bucket(deployment)}/{key}"), call


@pytest.mark.parametrize(("call", "permission", "key"), needed(TASKS))
def test_no_run_is_red_because_a_task_may_not(
    deployment: SynthesizedStacks, call: str, permission: str, key: str
) -> None:
    assert tasks(deployment, permission, f"{bucket(deployment)}/{key}"), call


@pytest.mark.parametrize("prefix", CONTAINER_LISTS)
def test_the_container_finds_the_files_of_a_model(deployment: SynthesizedStacks, prefix: str) -> None:
    assert container(deployment, "s3:ListBucket", bucket(deployment), **{"s3:prefix": prefix})


@pytest.mark.parametrize("prefix", TASKS_LIST)
def test_tasks_find_audio_transcripts_results_and_models(deployment: SynthesizedStacks, prefix: str) -> None:
    assert tasks(deployment, "s3:ListBucket", bucket(deployment), **{"s3:prefix": prefix})


def test_a_record_that_is_not_there_is_missing_and_not_denied(deployment: SynthesizedStacks) -> None:
    # S3 asks for the right to list, without any prefix, before it says 404 instead of 403.
    assert container(deployment, "s3:ListBucket", bucket(deployment))
    assert tasks(deployment, "s3:ListBucket", bucket(deployment))


@pytest.mark.parametrize(("action", "key"), REFUSED_TO_CONTAINER)
def test_a_container_that_is_taken_over_reaches_nothing_but_its_own(
    deployment: SynthesizedStacks, action: str, key: str
) -> None:
    assert not container(deployment, action, f"{bucket(deployment)}/{key}")


@pytest.mark.parametrize(("action", "key"), REFUSED_TO_TASKS)
def test_tasks_change_nothing_that_people_would_miss(deployment: SynthesizedStacks, action: str, key: str) -> None:
    assert not tasks(deployment, action, f"{bucket(deployment)}/{key}")


@pytest.mark.parametrize("prefix", ["", "input/", "output/", "processed/", "runs/", "models", "output/models/"])
def test_the_container_cannot_look_around(deployment: SynthesizedStacks, prefix: str) -> None:
    assert not container(deployment, "s3:ListBucket", bucket(deployment), **{"s3:prefix": prefix})


@pytest.mark.parametrize("who", [container, tasks])
@pytest.mark.parametrize("action", OF_BUCKETS)
def test_neither_changes_the_bucket_itself(deployment: SynthesizedStacks, who: object, action: str) -> None:
    assert callable(who)
    assert not who(deployment, f"s3:{action}", bucket(deployment))


@pytest.mark.parametrize("who", [container, tasks])
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_neither_reaches_a_bucket_of_somebody_else(deployment: SynthesizedStacks, who: object, action: str) -> None:
    assert callable(who)
    assert not who(deployment, action, f"arn:{PARTITION}:s3:::somebody-elses/{INPUT}")


@pytest.mark.parametrize(
    "action",
    [
        "batch:SubmitJob",
        "sns:Publish",
        "iam:PassRole",
        "sts:AssumeRole",
        "ec2:RunInstances",
        "kms:Decrypt",
        "logs:PutLogEvents",
    ],
)
def test_the_container_does_nothing_but_read_and_write_files(deployment: SynthesizedStacks, action: str) -> None:
    assert not container(deployment, action, "*")


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


@pytest.mark.parametrize("output", ["AudioBucket", "AirflowBucket"])
def test_nobody_reads_a_bucket_without_tls(deployment: SynthesizedStacks, output: str) -> None:
    name = deployment.output("storage", output)
    (policy,) = (
        found
        for found in map(deployment.resolve, deployment.resources("AWS::S3::BucketPolicy").values())
        if found["Properties"]["Bucket"] == name
    )
    everybody = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [everybody, *policy["Properties"]["PolicyDocument"]["Statement"]]
    thing = f"arn:{PARTITION}:s3:::{name}/input/a.wav"
    modern = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
    assert is_allowed(statements, "s3:GetObject", thing, modern)
    assert not is_allowed(statements, "s3:GetObject", thing, {**modern, "aws:SecureTransport": "false"})
    assert not is_allowed(statements, "s3:GetObject", thing, {**modern, "s3:TlsVersion": "1.1"})


@pytest.mark.parametrize("role", ["JobRole", "Role"])
def test_no_action_and_no_object_is_a_star(deployment: SynthesizedStacks, role: str) -> None:
    # Those that AWS knows no resource for. Source: Service Authorization Reference.
    without_resource = {
        *("batch:DescribeJobs", "batch:ListJobs", "cloudwatch:PutMetricData"),
        *("logs:DescribeLogGroups", "s3:GetAccountPublicAccessBlock"),
    }
    for statement in deployment.statements(role):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not {"*", "s3:*", "batch:*"} & set(actions)
        if statement.get("Resource") in ("*", ["*"]):
            assert set(actions) <= without_resource


def test_the_job_has_a_role_of_its_own_and_not_the_machines(deployment: SynthesizedStacks) -> None:
    job = deployment.properties("AWS::Batch::JobDefinition")["ContainerProperties"]
    machine = deployment.resources("AWS::IAM::InstanceProfile").values()
    machines = {deployment.resolve(profile["Properties"]["Roles"][0]) for profile in machine}
    assert all(name.startswith("made-up-machinerole") for name in machines)
    role = deployment.properties("AWS::IAM::Role", "JobRole")
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert "jobrole" in job["JobRoleArn"]


def calls(folder: Path) -> set[str]:
    """The calls of boto3 clients in the files of a folder."""
    known = {
        name for service in ("s3", "batch", "sns") for name in dir(boto3.client(service, region_name="us-east-1"))
    } - {"get_paginator"}
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and re.search(r"(client|submitter)$", ast.unparse(node.value)):
                found.add(node.attr)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_paginator"):
                found.add(ast.literal_eval(node.args[0]))
    return found & known - {"meta"}


def test_the_table_above_has_every_call_of_the_container() -> None:
    assert calls(ROOT / "transcriber_image" / "transcriber") == {*CONTAINER, "list_objects_v2"}


def test_the_table_above_has_every_call_of_the_tasks() -> None:
    batch = {"submit_job", "list_jobs", "describe_jobs", "terminate_job"}
    assert calls(DAGS / "transcription") == {*TASKS, *batch, "list_objects_v2"}
    # Those that Airflow makes for us: LIST below input/, and the topic.
    used = {
        alias.name
        for file in DAGS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow.providers.amazon")
        for alias in node.names
    }
    assert used == {"BaseAwsLink", "BatchClientHook", "BatchOperator", "S3Hook", "S3KeySensor", "SnsNotifier"}
