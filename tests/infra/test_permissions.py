"""Permissions of the container and of the DAG's tasks in S3: they may make the calls that they use, and no others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import boto3
import pytest

from infra.paths import DAGS, ROOT
from tests.support.infra.role_requests import audio_bucket_arn, container_may, tasks_may
from tests.support.infra.synthesized_stacks import PARTITION, SynthesizedStacks
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name

NAME = "2022.01.15/a b#1*?.wav"
INPUT = keys.INPUT_FOLDER + NAME
RUN = RunKeys(run_name("scheduled__2026-11-24T01:00:00+00:00"))
TEXT = keys.transcript(keys.name_of(INPUT))
JSON = keys.transcript_json(keys.name_of(INPUT))
SHARD, RESULT = RUN.shard("draft", 0), RUN.result(0)
REASONS = [RUN.file_reason("draft", 0), RUN.child_reason("draft", 0)]
MODEL = f"{keys.model('mine')}english.pbmm"

#: The permissions that each boto3 call needs. Sources: Amazon S3 API Reference, "Required permissions for Amazon S3 API
#: operations"; Service Authorization Reference. `source` and `target` stand for the keys of a copy.
NEEDS = {
    "get_object": ("s3:GetObject",),
    "head_object": ("s3:GetObject",),
    "download_file": ("s3:GetObject",),
    "put_object": ("s3:PutObject",),
    "delete_object": ("s3:DeleteObject", "s3:GetObject"),  # GetObject for the condition of the deletion
    "delete_objects": ("s3:DeleteObject", "s3:GetObject"),
    "copy_object": (
        *("source s3:GetObject", "source s3:GetObjectTagging", "source s3:GetObjectAnnotation"),
        *("s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectAnnotation"),
    ),
    "copy": (
        *("source s3:GetObject", "source s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"),
        "s3:AbortMultipartUpload",
    ),
    "create_multipart_upload": ("s3:PutObject",),
    "upload_part": ("s3:PutObject",),
    "complete_multipart_upload": ("s3:PutObject",),
    "list_parts": ("s3:ListMultipartUploadParts",),
    "abort_multipart_upload": ("s3:AbortMultipartUpload",),
}
#: The keys that the container passes to each call.
CONTAINER = {
    "get_object": [SHARD, RESULT, INPUT],
    "download_file": [MODEL],
    "put_object": [TEXT, JSON, keys.format_file("talk", "srt"), keys.format_file("talk", "vtt"), RESULT, *REASONS],
}
CONTAINER_LISTS = [keys.model("mine"), keys.MODELS_FOLDER]
#: The keys that the tasks pass to each call.
TASKS = {
    "get_object": [
        *(RUN.plan, SHARD, RUN.done("draft"), RUN.job, RUN.verdicts(0), RUN.moves(0), RESULT, *REASONS, TEXT, JSON),
        keys.LEASE,
        keys.DEFAULT_MODEL,
        MODEL,
    ],
    "head_object": [INPUT, keys.processed(INPUT), keys.failed(INPUT)],
    "put_object": [
        *(RUN.plan, SHARD, RUN.done("draft"), RUN.job, RUN.verdicts(0), RUN.moves(0), RUN.report),
        *(keys.failed_reason(INPUT), keys.LEASE),
    ],
    "copy_object": [keys.processed(INPUT), keys.failed(INPUT)],
    "copy": [keys.processed(INPUT), keys.failed(INPUT)],
    "delete_object": [INPUT, keys.LEASE],
    "delete_objects": [INPUT],
}
TASKS_LIST = [
    keys.INPUT_FOLDER,
    keys.INPUT_FOLDER + "interviews/",
    keys.OUTPUT_FOLDER,
    keys.MODELS_FOLDER + "mine/",
    RUN.results,
    RUN.reasons("draft"),
]

#: The keys that the pages in the web server pass to each call. The pages have the role of the tasks.
PAGES = {
    "get_object": [
        *(TEXT, JSON, RUN.report, RUN.job, RUN.moves(0), keys.failed_reason(INPUT)),
        *(keys.corrected("talk"), keys.corrected_json("talk"), keys.corrected_format("talk", "srt")),
        *(keys.processed(INPUT), keys.listening_peaks("talk"), keys.listening_copy("talk")),
        *(keys.DEFAULT_MODEL, keys.model_json("court"), keys.teaching_report("court")),
        *(keys.CORRECTED_ERRORS, RUN.teaching("report.json"), "teaching/anna/a.wav"),
        *(RUN.evaluation("outcome.json"), RUN.evaluated_model("court")),
    ],
    "head_object": [INPUT, keys.failed(INPUT), keys.corrected_json("talk")],
    "put_object": [
        *(keys.corrected("talk"), keys.corrected_json("talk"), keys.corrected_format("talk", "srt"), INPUT),
        *(keys.DEFAULT_MODEL, keys.CORRECTED_ERRORS),
    ],
    "create_multipart_upload": [INPUT],
    "upload_part": [INPUT],
    "complete_multipart_upload": [INPUT],
    "list_parts": [INPUT],
    "abort_multipart_upload": [INPUT],
    "delete_object": [keys.failed(INPUT), keys.failed_reason(INPUT)],
}
#: The key that a copy of the pages writes; it reads the file in `failed/`.
PAGES_COPY = {"copy_object": [INPUT]}
PAGES_LIST = [keys.OUTPUT_FOLDER, keys.CORRECTED_FOLDER, keys.FAILED_FOLDER, keys.MODELS_FOLDER, keys.TEACHING_FOLDER]

REFUSED_TO_CONTAINER = [
    *(("s3:PutObject", key) for key in (INPUT, keys.processed(INPUT), keys.failed(INPUT), MODEL, SHARD, RUN.plan)),
    ("s3:PutObject", keys.DEFAULT_MODEL),
    *(("s3:PutObject", key) for key in (RUN.job, RUN.report, RUN.verdicts(0), "talk.wav")),
    *(("s3:GetObject", key) for key in (TEXT, keys.processed(INPUT), keys.failed(INPUT), RUN.report, "talk.wav")),
    *(("s3:DeleteObject", key) for key in (INPUT, TEXT, RESULT, SHARD, MODEL)),
    *(
        (f"s3:{action}", INPUT)
        for action in ("DeleteObjectVersion", "GetObjectVersion", "PutObjectAcl", "RestoreObject")
    ),
]
REFUSED_TO_TASKS = [
    *(("s3:PutObject", key) for key in (TEXT, JSON, MODEL, keys.model_json("court"), "talk.wav")),
    *(
        ("s3:DeleteObject", key)
        for key in (TEXT, keys.processed(INPUT), RESULT, RUN.plan, MODEL, "corrected/talk.json")
    ),
    ("s3:GetObject", "talk.wav"),
    *(("s3:ListMultipartUploadParts", key) for key in (TEXT, MODEL, keys.processed(INPUT), "talk.wav")),
    *((f"s3:{action}", INPUT) for action in ("DeleteObjectVersion", "PutObjectAcl", "PutObjectRetention")),
]
#: Bucket actions that neither the container nor the tasks may perform.
REFUSED_BUCKET_ACTIONS = (
    *("DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketVersioning", "PutLifecycleConfiguration"),
    *("PutBucketPublicAccessBlock", "PutEncryptionConfiguration", "ListBucketVersions", "ListAllMyBuckets"),
)


def needed(uses: dict[str, list[str]], source: str = INPUT) -> list[tuple[str, str, str]]:
    """Return the call, the permission and the key for each permission that calls need. Copies read `source`."""
    return [
        (call, permission.removeprefix("source "), source if permission.startswith("source") else target)
        for call, targets in uses.items()
        for permission in NEEDS[call]
        for target in targets
    ]


@pytest.mark.parametrize(("call", "permission", "key"), needed(CONTAINER))
def test_the_container_has_the_permissions_of_its_calls(
    deployment: SynthesizedStacks, call: str, permission: str, key: str
) -> None:
    assert container_may(deployment, permission, f"{audio_bucket_arn(deployment)}/{key}"), call


@pytest.mark.parametrize(("call", "permission", "key"), needed(TASKS))
def test_tasks_have_the_permissions_of_their_calls(
    deployment: SynthesizedStacks, call: str, permission: str, key: str
) -> None:
    assert tasks_may(deployment, permission, f"{audio_bucket_arn(deployment)}/{key}"), call


@pytest.mark.parametrize(
    ("call", "permission", "key"), [*needed(PAGES), *needed(PAGES_COPY, source=keys.failed(INPUT))]
)
def test_the_pages_have_the_permissions_of_their_calls(
    deployment: SynthesizedStacks, call: str, permission: str, key: str
) -> None:
    assert tasks_may(deployment, permission, f"{audio_bucket_arn(deployment)}/{key}"), call


@pytest.mark.parametrize("prefix", PAGES_LIST)
def test_the_pages_can_list_transcripts_corrections_failed_files_and_models(
    deployment: SynthesizedStacks, prefix: str
) -> None:
    assert tasks_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment), **{"s3:prefix": prefix})


@pytest.mark.parametrize("prefix", CONTAINER_LISTS)
def test_the_container_can_list_the_files_of_a_model(deployment: SynthesizedStacks, prefix: str) -> None:
    assert container_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment), **{"s3:prefix": prefix})


@pytest.mark.parametrize("prefix", TASKS_LIST)
def test_tasks_can_list_audio_transcripts_results_and_models(deployment: SynthesizedStacks, prefix: str) -> None:
    assert tasks_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment), **{"s3:prefix": prefix})


def test_a_missing_record_gives_not_found_instead_of_access_denied(deployment: SynthesizedStacks) -> None:
    # S3 answers 404 instead of 403 only if the caller may list the bucket without a prefix.
    assert container_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment))
    assert tasks_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment))


@pytest.mark.parametrize(("action", "key"), REFUSED_TO_CONTAINER)
def test_the_container_is_refused_actions_that_it_does_not_need(
    deployment: SynthesizedStacks, action: str, key: str
) -> None:
    assert not container_may(deployment, action, f"{audio_bucket_arn(deployment)}/{key}")


@pytest.mark.parametrize(("action", "key"), REFUSED_TO_TASKS)
def test_tasks_are_refused_actions_that_they_do_not_need(deployment: SynthesizedStacks, action: str, key: str) -> None:
    assert not tasks_may(deployment, action, f"{audio_bucket_arn(deployment)}/{key}")


@pytest.mark.parametrize("prefix", ["", "input/", "output/", "processed/", "runs/", "models", "output/models/"])
def test_the_container_cannot_list_other_prefixes(deployment: SynthesizedStacks, prefix: str) -> None:
    assert not container_may(deployment, "s3:ListBucket", audio_bucket_arn(deployment), **{"s3:prefix": prefix})


@pytest.mark.parametrize("role_may", [container_may, tasks_may])
@pytest.mark.parametrize("action", REFUSED_BUCKET_ACTIONS)
def test_neither_role_can_change_the_bucket(deployment: SynthesizedStacks, role_may: object, action: str) -> None:
    assert callable(role_may)
    assert not role_may(deployment, f"s3:{action}", audio_bucket_arn(deployment))


@pytest.mark.parametrize("role_may", [container_may, tasks_may])
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_neither_role_can_use_a_foreign_bucket(deployment: SynthesizedStacks, role_may: object, action: str) -> None:
    assert callable(role_may)
    assert not role_may(deployment, action, f"arn:{PARTITION}:s3:::foreign-bucket/{INPUT}")


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
def test_the_container_has_no_permissions_outside_s3(deployment: SynthesizedStacks, action: str) -> None:
    assert not container_may(deployment, action, "*")


def calls(folder: Path) -> set[str]:
    """Return the methods of boto3 clients that the Python files of a folder call."""
    client_methods = {
        name for service in ("s3", "batch", "sns") for name in dir(boto3.client(service, region_name="us-east-1"))
    } - {"get_paginator"}
    names: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and re.search(r"(client|submitter)$", ast.unparse(node.value)):
                names.add(node.attr)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_paginator"):
                names.add(ast.literal_eval(node.args[0]))
    return names & client_methods - {"meta"}


def test_the_table_has_every_call_of_the_container() -> None:
    assert calls(ROOT / "transcriber_image" / "transcriber") == {*CONTAINER, "list_objects_v2"}


def test_the_table_has_every_call_of_the_tasks() -> None:
    batch = {"submit_job", "list_jobs", "describe_jobs", "terminate_job"}
    assert calls(DAGS / "transcription") == {*TASKS, *batch, "list_objects_v2"}
    # Classes of the Amazon provider make further calls, such as LIST below input/ and Publish.
    provider_classes = {
        alias.name
        for file in DAGS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow.providers.amazon")
        for alias in node.names
    }
    assert provider_classes == {
        "BaseAwsLink",
        "BatchClientHook",
        "BatchOperator",
        "S3Hook",
        "S3KeySensor",
        "SnsNotifier",
    }
