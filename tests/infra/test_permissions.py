"""What the container and the DAG's tasks may do in S3: each call that they make is allowed, and other calls are not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import boto3
import pytest

from infra.paths import DAGS, ROOT
from tests.support.infra.role_requests import bucket, container, tasks
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks
from transcription.contract import keys

NAME = "2022.01.15/a b#1*?.wav"
INPUT = keys.INPUT_FOLDER + NAME
RUN = keys.RunKeys(keys.run_name("scheduled__2026-11-24T01:00:00+00:00"))
TEXT = keys.transcript(keys.name_of(INPUT))
JSON = keys.transcript_json(keys.name_of(INPUT))
SHARD, RESULT = RUN.shard("draft", 0), RUN.result(0)
MODEL = f"{keys.model('mine')}english.pbmm"

#: The permissions that a call of boto3 needs. Sources: Amazon S3 API Reference, "Required permissions for Amazon S3 API
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
#: The keys that the container uses with each call.
CONTAINER = {
    "get_object": [SHARD, RESULT, INPUT],
    "download_file": [MODEL],
    "put_object": [TEXT, JSON, keys.subtitles("talk", "srt"), keys.subtitles("talk", "vtt"), RESULT],
}
CONTAINER_LISTS = [keys.model("mine"), keys.MODELS_FOLDER]
#: The keys that the tasks use with each call.
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
#: Actions on buckets that are allowed to neither.
OF_BUCKETS = (
    *("DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketVersioning", "PutLifecycleConfiguration"),
    *("PutBucketPublicAccessBlock", "PutEncryptionConfiguration", "ListBucketVersions", "ListAllMyBuckets"),
)


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
