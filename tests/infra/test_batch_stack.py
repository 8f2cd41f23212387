"""The job definition, the machines and the queue."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import job
from infra.app import make_app
from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import REGION, SynthesizedStacks

MEBIBYTES_PER_GIBIBYTE = 1024
#: The approximate share of a machine's memory that its operating system and the ECS agent use. Source: Amazon ECS
#: Developer Guide, "Reserving Amazon ECS Linux container instance memory".
SYSTEM_SHARE = 0.06


@pytest.fixture
def definition(deployment: SynthesizedStacks) -> Any:
    """The properties of the job definition."""
    return deployment.properties("AWS::Batch::JobDefinition")


@pytest.fixture
def container(definition: Any) -> Any:
    """The container properties of the job definition."""
    return definition["ContainerProperties"]


def requirement(container: Any, kind: str) -> int:
    """Return a required resource: `VCPU`, or `MEMORY` in MiB."""
    requirements = container["ResourceRequirements"]
    (value,) = (entry["Value"] for entry in requirements if entry["Type"] == kind)
    return int(value)


def test_the_retry_strategy_is_the_one_of_the_job(definition: Any) -> None:
    strategy = definition["RetryStrategy"]
    rules = [{key[0].lower() + key[1:]: value for key, value in rule.items()} for rule in strategy["EvaluateOnExit"]]
    assert {"attempts": strategy["Attempts"], "evaluateOnExit": rules} == job.RETRY_STRATEGY


def test_a_hanging_child_times_out(definition: Any) -> None:
    assert definition["Timeout"] == {"AttemptDurationSeconds": job.TIMEOUT}


def test_the_command_of_the_container_names_the_audio_bucket(deployment: SynthesizedStacks, container: Any) -> None:
    assert container["Command"] == job.command(deployment.output("storage", "AudioBucket"))


def test_the_container_runs_one_process_per_vcpu_and_knows_its_region(container: Any) -> None:
    variables = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    processes = str(requirement(container, "VCPU"))
    # Batch gives a container no region, and boto3 reads `AWS_DEFAULT_REGION` only.
    assert variables == {"TRANSCRIBER_PROCESSES": processes, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


def test_memory_does_not_limit_the_number_of_children_per_machine(
    deployment: SynthesizedStacks, container: Any
) -> None:
    # Families such as c5, c5a and c6a have 2 GiB for each vCPU, m families have 4.
    vcpus, memory = requirement(container, "VCPU"), requirement(container, "MEMORY")
    assert memory <= vcpus * 2 * MEBIBYTES_PER_GIBIBYTE * (1 - SYSTEM_SHARE)
    environments = deployment.resources("AWS::Batch::ComputeEnvironment").values()
    sizes = {
        kind.split(".")[1]
        for environment in environments
        for kind in environment["Properties"]["ComputeResources"]["InstanceTypes"]
    }
    smallest = min({"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}[size] for size in sizes)
    assert smallest >= vcpus


def test_the_model_and_its_scorer_fit_into_memory(container: Any) -> None:
    # 0.7 GB for each vCPU and 0.95 GB for the scorer: see DeploymentSettings.memory.
    assert requirement(container, "MEMORY") * 2**20 >= requirement(container, "VCPU") * 0.7e9 + 0.95e9


def test_the_largest_file_fits_on_the_disk_of_every_child(deployment: SynthesizedStacks, container: Any) -> None:
    template = deployment.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    (disk,) = template["BlockDeviceMappings"]
    children = 16 // requirement(container, "VCPU")
    # Each child needs 4 GiB for audio and 1.2 GB for the model; system and image need 30 GB.
    assert disk["Ebs"]["VolumeSize"] >= children * (4.3 + 1.2) + 30
    assert disk["Ebs"]["Encrypted"] is True
    assert disk["Ebs"]["VolumeType"] == "gp3"


def test_the_container_writes_to_a_volume_on_the_disk(container: Any) -> None:
    assert container["MountPoints"] == [{"ContainerPath": "/tmp", "SourceVolume": "scratch"}]  # noqa: S108
    # A Docker volume. The user `nobody` could not write to a folder of the machine, and containers would share it.
    assert container["Volumes"] == [{"Host": {}, "Name": "scratch"}]
    assert "Tmpfs" not in container["LinuxParameters"]


def test_the_container_runs_as_nobody_with_a_read_only_file_system(container: Any) -> None:
    assert container["User"] == "65534:65534"
    assert f"USER {container['User']}" in (ROOT / "transcriber_image" / "Dockerfile").read_text()
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["InitProcessEnabled"] is True
    assert not container.get("Privileged", False)


def test_a_container_cannot_get_the_credentials_of_its_machine(deployment: SynthesizedStacks) -> None:
    options = deployment.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["MetadataOptions"]
    assert options == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_the_log_of_a_child_goes_to_a_group_that_expires(deployment: SynthesizedStacks, container: Any) -> None:
    options = container["LogConfiguration"]["Options"]
    assert container["LogConfiguration"]["LogDriver"] == "awslogs"
    groups = {
        f"made-up-{name.lower()}": group["Properties"]
        for name, group in deployment.resources("AWS::Logs::LogGroup").items()
    }
    assert groups[options["awslogs-group"]]["RetentionInDays"] in (30, 90)


def test_every_log_group_expires_and_is_deleted_with_its_stack(deployment: SynthesizedStacks) -> None:
    groups = deployment.resources("AWS::Logs::LogGroup")
    assert len(groups) == 8
    retention_days = 90 if deployment.name == "transcription" else 30
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {retention_days}
    assert {group["DeletionPolicy"] for group in groups.values()} == {"Delete"}


def test_no_machines_run_while_there_are_no_jobs(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        assert environment["Properties"]["ComputeResources"]["MinvCpus"] == 0
        assert environment["Properties"]["Type"].upper() == "MANAGED"


def test_spot_machines_come_before_on_demand_machines(deployment: SynthesizedStacks) -> None:
    queue = deployment.properties("AWS::Batch::JobQueue")
    order = sorted(queue["ComputeEnvironmentOrder"], key=lambda entry: entry["Order"])
    kinds = {
        f"{name}.ComputeEnvironmentArn": environment["Properties"]["ComputeResources"]["Type"]
        for name, environment in deployment.resources("AWS::Batch::ComputeEnvironment").items()
    }
    assert [kinds[entry["ComputeEnvironment"]] for entry in order] == ["SPOT", "EC2"]


def test_spot_can_choose_from_many_instance_types(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    kinds = [
        {tuple(environment["Properties"]["ComputeResources"]["InstanceTypes"]) for environment in environments.values()}
        for environments in (deployment.resources("AWS::Batch::ComputeEnvironment") for deployment in (default, other))
    ]
    assert [len(type_lists) for type_lists in kinds] == [1, 1]
    assert len(min(kinds[0])) == 12
    assert set(min(kinds[1])) == {
        f"{family}.{size}" for family in ("c7i", "r7a") for size in ("xlarge", "2xlarge", "4xlarge")
    }


def test_a_job_without_a_fitting_machine_is_cancelled_after_two_hours(deployment: SynthesizedStacks) -> None:
    actions = deployment.properties("AWS::Batch::JobQueue")["JobStateTimeLimitActions"]
    assert {(action["State"], action["Action"], action["MaxTimeSeconds"]) for action in actions} == {
        ("RUNNABLE", "CANCEL", 7200)
    }
    # All reasons that Batch defines. Source: AWS Batch User Guide, "Jobs stuck in a RUNNABLE status".
    assert {action["Reason"] for action in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    }


def test_machines_use_the_latest_launch_template(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        template = environment["Properties"]["ComputeResources"]["LaunchTemplate"]
        assert template["Version"] == {"Fn::GetAtt": [template["LaunchTemplateId"]["Ref"], "LatestVersionNumber"]}


def test_airflow_plans_as_many_children_as_the_vcpus_allow(deployment: SynthesizedStacks, container: Any) -> None:
    environments = deployment.resources("AWS::Batch::ComputeEnvironment").values()
    limits = [environment["Properties"]["ComputeResources"]["MaxvCpus"] for environment in environments]
    planned = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"][
        "transcription.parallel_children"
    ]
    assert int(planned) == sum(vcpus // requirement(container, "VCPU") for vcpus in limits)


def test_children_at_work_continue_when_machines_are_replaced(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        policy = environment["Properties"]["UpdatePolicy"]
        # An hour more than the time limit of a child. 7,200 minutes is the most that AWS allows.
        assert policy == {"TerminateJobsOnUpdate": False, "JobExecutionTimeoutMinutes": 25 * 60}
        assert environment["Properties"]["ComputeResources"]["UpdateToLatestImageVersion"] is True
        assert environment["Properties"]["ReplaceComputeEnvironment"] is False


def test_jobs_at_work_keep_their_revision_of_the_job_definition(definition: Any) -> None:
    assert definition["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


def test_a_new_value_of_patched_changes_machines_and_image(tmp_path: Path) -> None:
    stacks = []
    for month in ("2026-11", "2026-12"):
        folder = tmp_path / month
        make_app({"patched": month, "image_model": "demo"}, str(folder)).synth()
        stacks.append(SynthesizedStacks.load(folder, "transcription"))
    before, after = (deployment.properties("AWS::EC2::LaunchTemplate") for deployment in stacks)
    assert before["LaunchTemplateData"] != after["LaunchTemplateData"]
    builds = [image(deployment)[1] for deployment in stacks]
    assert [build["dockerBuildArgs"] for build in builds] == [
        {"MODEL": "demo", "PATCHED": month} for month in ("2026-11", "2026-12")
    ]
    definitions = [deployment.properties("AWS::Batch::JobDefinition") for deployment in stacks]
    assert definitions[0]["ContainerProperties"]["Image"] != definitions[1]["ContainerProperties"]["Image"]


def test_batch_creates_its_own_service_linked_role(deployment: SynthesizedStacks) -> None:
    # The original imported a service-linked role that may not exist. Batch creates one if none is named.
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        assert "ServiceRole" not in environment["Properties"]
    assert "AWSServiceRole" not in json.dumps(deployment.templates)


def image(deployment: SynthesizedStacks) -> tuple[Path, Any]:
    """Return the build folder of the image and its build options."""
    assets = json.loads((deployment.folder / f"{deployment.name}-batch.assets.json").read_text())
    (asset,) = assets["dockerImages"].values()
    return deployment.folder / asset["source"]["directory"], asset["source"]


def test_the_image_has_the_model_of_the_settings_and_the_platform_of_the_machines(
    deployment: SynthesizedStacks,
) -> None:
    _, source = image(deployment)
    model = {"transcription": "official", "other": "demo"}[deployment.name]
    assert source["dockerFile"] == "transcriber_image/Dockerfile"
    assert source["dockerBuildArgs"] == {"MODEL": model}
    assert source["platform"] == "linux/amd64"
    options = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert options["transcription.image_model"] == model


def test_only_the_files_of_the_image_cause_a_new_build(default: SynthesizedStacks) -> None:
    folder, _ = image(default)
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    image_files = (
        "dags/transcription/__init__.py",
        "dags/transcription/contract/",
        "dags/transcription/formats/",
        "transcriber_image/",
        ".dockerignore",
    )
    assert files
    assert all(file.startswith(image_files) for file in files), sorted(files)
    assert "transcriber_image/transcriber/__main__.py" in files
    assert not any("__pycache__" in file for file in files)


def test_the_image_has_several_stages_pinned_packages_and_a_model_with_a_checksum() -> None:
    # Defects of the original: one stage, a base image that changes, an unused AWS CLI, unpinned packages, and a model
    # without a checksum.
    dockerfile = (ROOT / "transcriber_image" / "Dockerfile").read_text()
    assert dockerfile.count("\nFROM ") > 1
    assert re.search(r"^ARG BASE_IMAGE=docker\.io/\S+@sha256:[0-9a-f]{64}$", dockerfile, re.MULTILINE)
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE)) | {"${BASE_IMAGE}", "model-${MODEL}"}
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) <= stages
    assert "--require-hashes" in dockerfile
    assert "awscli" not in dockerfile
    assert "--hash=sha256:" in (ROOT / "transcriber_image" / "requirements.txt").read_text()
    assert "sha256" in (ROOT / "transcriber_image" / "fetch_model.py").read_text()


def test_the_build_runs_libdeepspeech_only_on_a_machine_with_avx() -> None:
    dockerfile = (ROOT / "transcriber_image" / "Dockerfile").read_text()
    lines = [line for line in dockerfile.splitlines() if "--self-test" in line]
    assert lines == ["RUN if grep -qw avx /proc/cpuinfo; then python -m transcriber --self-test; \\"]


def test_another_base_image_can_be_chosen(tmp_path: Path) -> None:
    name = f"registry.example.org:5000/python:3.9-slim-bookworm@sha256:{'0' * 64}"
    make_app({"base_image": name, "image_model": "demo"}, str(tmp_path)).synth()
    _, source = image(SynthesizedStacks.load(tmp_path, "transcription"))
    assert source["dockerBuildArgs"] == {"MODEL": "demo", "BASE_IMAGE": name}
