"""A deployment that teaches models: its job definition, its image, and what its container and its tasks may do."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import job
from infra.paths import ROOT
from tests.support.infra.role_requests import audio_bucket_arn, container_may, tasks_may, trainer_may
from tests.support.infra.synthesized_stacks import ACCOUNT, PARTITION, REGION, SynthesizedStacks
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys

RUN = RunKeys("manual-1-0a1b2c3d")
RECORDS = [RUN.teaching(name) for name in ("order.json", "data.json", "outcome.json", "report.json", "report.md")]
EVALUATED = [RUN.evaluation(name) for name in ("order.json", "data.json", "outcome.json", "report.md")]
EVALUATED += [RUN.evaluated_model("court-1")]
REASON, CHECKPOINT = RUN.teaching_reason("4e5f"), f"{RUN.checkpoints}ab12/training-0.001.npz"
LEARNED = [
    *("teaching/anna/a b#1*?.wav", "corrected/talk.json", "processed/talk.wav", "input/talk.wav"),
    *("models/court/court.pbmm", keys.DEFAULT_MODEL),
]
#: The keys that `bucket_access` passes to each call, by the permission that the call needs.
NEEDED = {
    "s3:GetObject": [*LEARNED, *RECORDS, *EVALUATED, REASON, CHECKPOINT],
    "s3:PutObject": [
        *RECORDS,
        *EVALUATED,
        REASON,
        CHECKPOINT,
        "models/court-2/court-2.pbmm",
        "models/court-2/model.json",
    ],
    "s3:AbortMultipartUpload": [CHECKPOINT, RUN.teaching("report.md"), RUN.evaluation("report.md")],
    "s3:DeleteObject": [CHECKPOINT],
}
#: The permission that each boto3 call of `bucket_access` needs.
CALLS = {
    "get_object": "s3:GetObject",
    "download_file": "s3:GetObject",
    "put_object": "s3:PutObject",
    "upload_file": "s3:PutObject",
    "delete_object": "s3:DeleteObject",
    "list_objects_v2": "s3:ListBucket",
}
REFUSED = [
    *(("s3:PutObject", key) for key in (*LEARNED, "output/talk", "failed/talk.wav", RUN.job, RUN.plan, keys.LEASE)),
    ("s3:PutObject", keys.CORRECTED_ERRORS),
    *(("s3:GetObject", key) for key in ("output/talk", "failed/talk.wav", RUN.job, RUN.report, "talk.wav")),
    *(("s3:DeleteObject", key) for key in (*LEARNED, *RECORDS, *EVALUATED, "models/court-2/court-2.pbmm", RUN.job)),
    *((f"s3:{action}", "models/court/court.pbmm") for action in ("DeleteObjectVersion", "PutObjectAcl")),
]


@pytest.fixture
def bucket(teaching: SynthesizedStacks) -> str:
    """Return the ARN of the audio bucket."""
    return audio_bucket_arn(teaching)


@pytest.fixture
def definition(teaching: SynthesizedStacks) -> Any:
    """Return the properties of the job definition that teaches."""
    return teaching.properties("AWS::Batch::JobDefinition", "Teach")


@pytest.mark.parametrize(("action", "key"), [(action, key) for action, targets in NEEDED.items() for key in targets])
def test_the_container_may_read_what_it_learns_and_write_what_it_makes(
    teaching: SynthesizedStacks, bucket: str, action: str, key: str
) -> None:
    assert trainer_may(teaching, action, f"{bucket}/{key}")


@pytest.mark.parametrize(("action", "key"), REFUSED)
def test_the_container_may_do_nothing_else(teaching: SynthesizedStacks, bucket: str, action: str, key: str) -> None:
    assert not trainer_may(teaching, action, f"{bucket}/{key}")


@pytest.mark.parametrize(
    "prefix", ["corrected/", "processed/", "input/", "teaching/anna/", "models/", "models/court/", RUN.checkpoints]
)
def test_the_container_may_list_what_it_learns(teaching: SynthesizedStacks, bucket: str, prefix: str) -> None:
    assert trainer_may(teaching, "s3:ListBucket", bucket, **{"s3:prefix": prefix})


@pytest.mark.parametrize("prefix", ["", "output/", "failed/", "runs/"])
def test_the_container_may_list_nothing_else(teaching: SynthesizedStacks, bucket: str, prefix: str) -> None:
    assert not trainer_may(teaching, "s3:ListBucket", bucket, **{"s3:prefix": prefix})


@pytest.mark.parametrize("action", ["batch:SubmitJob", "sns:Publish", "sts:AssumeRole", "logs:PutLogEvents"])
def test_the_container_has_no_permissions_outside_s3(teaching: SynthesizedStacks, action: str) -> None:
    assert not trainer_may(teaching, action, "*")


def test_the_table_has_every_call_of_the_container() -> None:
    names: set[str] = set()
    for file in (ROOT / "trainer_image" / "bucket_access").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("_client"):
                names.add(node.attr)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_paginator"):
                names.add(ast.literal_eval(node.args[0]))
    assert names - {"get_paginator"} == CALLS.keys()
    assert set(CALLS.values()) - {"s3:ListBucket"} <= NEEDED.keys()


def test_the_container_that_transcribes_may_not_teach(teaching: SynthesizedStacks, bucket: str) -> None:
    for key in ("teaching/anna/a.wav", CHECKPOINT, RUN.teaching("order.json")):
        assert not container_may(teaching, "s3:GetObject", f"{bucket}/{key}")
        assert not container_may(teaching, "s3:PutObject", f"{bucket}/{key}")


def test_the_tasks_may_look_order_decide_and_submit(teaching: SynthesizedStacks, bucket: str) -> None:
    for prefix in ("corrected/", "teaching/anna/", "models/court/"):
        assert tasks_may(teaching, "s3:ListBucket", bucket, **{"s3:prefix": prefix})
    for key in ("corrected/talk.json", *RECORDS, *EVALUATED, REASON, keys.DEFAULT_MODEL):
        assert tasks_may(teaching, "s3:GetObject", f"{bucket}/{key}")
    for key in (
        RUN.teaching("order.json"),
        RUN.teaching("promotion.json"),
        RUN.job,
        RUN.origin,
        keys.DEFAULT_MODEL,
        RUN.evaluation("order.json"),
    ):
        assert tasks_may(teaching, "s3:PutObject", f"{bucket}/{key}")
    for key in ("models/court-2/model.json", RUN.evaluation("outcome.json"), RUN.evaluated_model("court-1")):
        assert not tasks_may(teaching, "s3:PutObject", f"{bucket}/{key}")
    arn = f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job-definition/teaching-teach"
    for resource in (arn, f"{arn}:17"):
        assert tasks_may(teaching, "batch:SubmitJob", resource)
    assert not tasks_may(teaching, "batch:SubmitJob", f"{arn}-2")


def test_by_default_nothing_is_added(default: SynthesizedStacks) -> None:
    assert len(default.resources("AWS::Batch::JobDefinition")) == 1
    options = default.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert "transcription.teach_job_definition" not in options
    arn = f"arn:{PARTITION}:batch:{REGION}:{ACCOUNT}:job-definition/transcription-teach"
    assert not tasks_may(default, "batch:SubmitJob", arn)


def test_airflow_knows_the_job_definition(teaching: SynthesizedStacks, definition: Any) -> None:
    options = teaching.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert definition["JobDefinitionName"] == options["transcription.teach_job_definition"] == "teaching-teach"


def test_the_container_runs_as_nobody_with_a_read_only_file_system_and_a_scratch_volume(definition: Any) -> None:
    container = definition["ContainerProperties"]
    assert (container["User"], container["ReadonlyRootFilesystem"]) == ("65534:65534", True)
    assert f"USER {container['User']}" in (ROOT / "trainer_image" / "Dockerfile").read_text()
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"]  # noqa: S108
    assert container["LinuxParameters"]["InitProcessEnabled"]
    assert not container.get("Privileged")


def test_the_job_is_the_one_of_the_local_stack(teaching: SynthesizedStacks, definition: Any) -> None:
    container = definition["ContainerProperties"]
    assert container["Command"] == job.teach_command(teaching.output("storage", "AudioBucket"))
    variables = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    assert variables == job.teach_environment(REGION)
    strategy = definition["RetryStrategy"]
    rules = [{key[0].lower() + key[1:]: value for key, value in rule.items()} for rule in strategy["EvaluateOnExit"]]
    assert {"attempts": strategy["Attempts"], "evaluateOnExit": rules} == job.TEACH_RETRY_STRATEGY
    assert definition["Timeout"] == {"AttemptDurationSeconds": job.TIMEOUT}


def test_both_jobs_use_the_same_queue_and_log_group(teaching: SynthesizedStacks, definition: Any) -> None:
    assert len(teaching.resources("AWS::Batch::JobQueue")) == 1
    transcribe = teaching.properties("AWS::Batch::JobDefinition", "Transcribe")
    groups = [
        properties["ContainerProperties"]["LogConfiguration"]["Options"] for properties in (definition, transcribe)
    ]
    assert groups[0]["awslogs-group"] == groups[1]["awslogs-group"]
    assert [options["awslogs-stream-prefix"] for options in groups] == ["teach", "transcribe"]


def images(deployment: SynthesizedStacks) -> dict[str, tuple[Path, Any]]:
    """Return the build folder and the build options of each image, by its Dockerfile."""
    assets = json.loads((deployment.folder / f"{deployment.name}-batch.assets.json").read_text())["dockerImages"]
    sources = [asset["source"] for asset in assets.values()]
    return {source["dockerFile"]: (deployment.folder / source["directory"], source) for source in sources}


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_each_image_is_built_from_its_own_files(teaching: SynthesizedStacks) -> None:
    built = images(teaching)
    assert built.keys() == {"transcriber_image/Dockerfile", "trainer_image/Dockerfile"}
    folder, source = built["trainer_image/Dockerfile"]
    assert source["platform"] == "linux/amd64"
    trainer = files(folder)
    copied = re.findall(r"^COPY ((?:[a-z]\S+ (?:\\\n\s+)?)+)", (ROOT / "trainer_image/Dockerfile").read_text(), re.M)
    for path in " ".join(copied).replace("\\\n", " ").split():
        assert any(file == path or file.startswith(f"{path}/") for file in trainer), path
    assert "trainer_image/trainer/job/command.py" in trainer
    assert not any("__pycache__" in file for file in trainer)
    transcriber = files(built["transcriber_image/Dockerfile"][0])
    assert not any(file.startswith(("trainer_image/", "locks/")) for file in transcriber)


def test_the_image_has_pinned_packages_and_a_stage_of_its_own_for_each_tool() -> None:
    dockerfile = (ROOT / "trainer_image" / "Dockerfile").read_text()
    base = re.search(r"^ARG BASE_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    assert base is not None
    assert f"ARG BASE_IMAGE={base[1]}\n" in (ROOT / "transcriber_image" / "Dockerfile").read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert stages == {"base", "python", "packages", "kenlm"}
    assert dockerfile.count("g++") == 1
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|download)[^&]*?(?=\n\S|&&)", dockerfile)
    assert len(installs) == 5
    assert all("--require-hashes" in install for install in installs)
    for name in ("requirements.txt", "uv.txt"):
        assert "--hash=sha256:" in (ROOT / "trainer_image" / name).read_text()
    lines = [line for line in dockerfile.splitlines() if "--self-test" in line]
    assert lines == ["RUN if grep -qw avx /proc/cpuinfo; then python -m trainer.job --self-test; \\"]


def test_tests_and_image_have_the_same_packages() -> None:
    def packages(file: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / file).read_text(), re.MULTILINE))

    assert packages("trainer_image/requirements.txt") < packages("locks/trainer.txt")
    (uv,) = packages("trainer_image/uv.txt")
    assert f"UV_VERSION := {uv.removeprefix('uv==')}\n" in (ROOT / "Makefile").read_text()
