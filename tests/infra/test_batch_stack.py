"""The job, the machines and the queue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra import job
from infra.paths import ROOT
from tests.support.infra.synthesized_stacks import SynthesizedStacks

GIBIBYTE = 1024
#: The part of a machine's memory that its own system and agent take, about. Source: Amazon ECS Developer Guide,
#: "Reserving Amazon ECS Linux container instance memory".
SYSTEM = 0.06


@pytest.fixture
def definition(deployment: SynthesizedStacks) -> Any:
    return deployment.properties("AWS::Batch::JobDefinition")


@pytest.fixture
def container(definition: Any) -> Any:
    return definition["ContainerProperties"]


def needs(container: Any, kind: str) -> int:
    requirements = container["ResourceRequirements"]
    (value,) = (requirement["Value"] for requirement in requirements if requirement["Type"] == kind)
    return int(value)


def test_a_lost_spot_machine_is_tried_again_and_a_bad_file_is_not(definition: Any) -> None:
    strategy = definition["RetryStrategy"]
    lower = [{key[0].lower() + key[1:]: value for key, value in rule.items()} for rule in strategy["EvaluateOnExit"]]
    assert {"attempts": strategy["Attempts"], "evaluateOnExit": lower} == job.RETRY_STRATEGY


def test_a_child_that_hangs_is_ended(definition: Any) -> None:
    assert definition["Timeout"] == {"AttemptDurationSeconds": job.TIMEOUT}


def test_a_child_works_on_the_bucket_and_the_shard_that_its_run_planned(
    deployment: SynthesizedStacks, container: Any
) -> None:
    assert container["Command"] == job.command(deployment.output("storage", "AudioBucket"))


def test_every_vcpu_that_is_paid_for_transcribes(container: Any) -> None:
    variables = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    assert variables == {"TRANSCRIBER_PROCESSES": str(needs(container, "VCPU"))}


def test_machines_are_filled_and_not_half_empty_for_want_of_memory(
    deployment: SynthesizedStacks, container: Any
) -> None:
    # c5, c5a, c6a … have 2 GiB for each vCPU; m… have 4.
    vcpus, memory = needs(container, "VCPU"), needs(container, "MEMORY")
    assert memory <= vcpus * 2 * GIBIBYTE * (1 - SYSTEM)
    environments = deployment.resources("AWS::Batch::ComputeEnvironment").values()
    sizes = {
        kind.split(".")[1]
        for found in environments
        for kind in found["Properties"]["ComputeResources"]["InstanceTypes"]
    }
    smallest = min({"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}[size] for size in sizes)
    assert smallest >= vcpus


def test_the_model_and_its_scorer_fit_into_memory(container: Any) -> None:
    # 0.7 GB for each vCPU, 0.95 GB of scorer; see DeploymentSettings.memory.
    assert needs(container, "MEMORY") * 2**20 >= needs(container, "VCPU") * 0.7e9 + 0.95e9


def test_the_largest_file_fits_on_the_disk_of_every_child(deployment: SynthesizedStacks, container: Any) -> None:
    template = deployment.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    (disk,) = template["BlockDeviceMappings"]
    children = 16 // needs(container, "VCPU")
    # 4 GiB of audio and 1.2 GB of model for each, and 30 GB for system and image.
    assert disk["Ebs"]["VolumeSize"] >= children * (4.3 + 1.2) + 30
    assert disk["Ebs"]["Encrypted"] is True
    assert disk["Ebs"]["VolumeType"] == "gp3"


def test_the_disk_is_where_the_container_writes(container: Any) -> None:
    assert container["MountPoints"] == [{"ContainerPath": "/tmp", "SourceVolume": "scratch"}]  # noqa: S108
    # A volume of Docker's own. A folder of the machine `nobody` could not write to, and containers would share it.
    assert container["Volumes"] == [{"Host": {}, "Name": "scratch"}]
    assert "Tmpfs" not in container["LinuxParameters"]


def test_the_container_is_nobody_and_changes_nothing_of_itself(container: Any) -> None:
    assert container["User"] == "65534:65534"
    assert f"USER {container['User']}" in (ROOT / "transcriber_image" / "Dockerfile").read_text()
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["InitProcessEnabled"] is True
    assert not container.get("Privileged", False)


def test_a_container_cannot_take_the_rights_of_its_machine(deployment: SynthesizedStacks) -> None:
    options = deployment.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["MetadataOptions"]
    assert options == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_what_a_child_prints_can_be_read_and_ends_some_day(deployment: SynthesizedStacks, container: Any) -> None:
    options = container["LogConfiguration"]["Options"]
    assert container["LogConfiguration"]["LogDriver"] == "awslogs"
    groups = {
        f"made-up-{name.lower()}": found["Properties"]
        for name, found in deployment.resources("AWS::Logs::LogGroup").items()
    }
    assert groups[options["awslogs-group"]]["RetentionInDays"] in (30, 90)


def test_every_log_ends_some_day(deployment: SynthesizedStacks) -> None:
    groups = deployment.resources("AWS::Logs::LogGroup")
    assert len(groups) == 8
    wanted = 90 if deployment.name == "transcription" else 30
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {wanted}
    assert {group["DeletionPolicy"] for group in groups.values()} == {"Delete"}


def test_nothing_runs_and_nothing_is_paid_for_without_audio(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        assert environment["Properties"]["ComputeResources"]["MinvCpus"] == 0
        assert environment["Properties"]["Type"].upper() == "MANAGED"


def test_spot_machines_are_taken_first_and_others_where_there_are_none(deployment: SynthesizedStacks) -> None:
    queue = deployment.properties("AWS::Batch::JobQueue")
    order = sorted(queue["ComputeEnvironmentOrder"], key=lambda entry: entry["Order"])
    kinds = {
        f"{name}.ComputeEnvironmentArn": found["Properties"]["ComputeResources"]["Type"]
        for name, found in deployment.resources("AWS::Batch::ComputeEnvironment").items()
    }
    assert [kinds[entry["ComputeEnvironment"]] for entry in order] == ["SPOT", "EC2"]


def test_spot_has_many_kinds_to_choose_from(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    kinds = [
        {tuple(found["Properties"]["ComputeResources"]["InstanceTypes"]) for found in environments.values()}
        for environments in (deployment.resources("AWS::Batch::ComputeEnvironment") for deployment in (default, other))
    ]
    assert [len(found) for found in kinds] == [1, 1]
    assert len(min(kinds[0])) == 12
    assert set(min(kinds[1])) == {
        f"{family}.{size}" for family in ("c7i", "r7a") for size in ("xlarge", "2xlarge", "4xlarge")
    }


def test_a_job_that_no_machine_can_be_found_for_does_not_wait_for_ever(deployment: SynthesizedStacks) -> None:
    actions = deployment.properties("AWS::Batch::JobQueue")["JobStateTimeLimitActions"]
    assert {(action["State"], action["Action"], action["MaxTimeSeconds"]) for action in actions} == {
        ("RUNNABLE", "CANCEL", 7200)
    }
    # All that Batch knows. Source: AWS Batch User Guide, "Jobs stuck in a RUNNABLE status".
    assert {action["Reason"] for action in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    }


def test_a_changed_machine_is_used(deployment: SynthesizedStacks) -> None:
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        template = environment["Properties"]["ComputeResources"]["LaunchTemplate"]
        assert template["Version"] == {"Fn::GetAtt": [template["LaunchTemplateId"]["Ref"], "LatestVersionNumber"]}


def test_airflow_plans_as_many_children_as_there_is_room_for(deployment: SynthesizedStacks, container: Any) -> None:
    environments = deployment.resources("AWS::Batch::ComputeEnvironment").values()
    room = [found["Properties"]["ComputeResources"]["MaxvCpus"] for found in environments]
    planned = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"][
        "transcription.parallel_children"
    ]
    assert int(planned) == sum(vcpus // needs(container, "VCPU") for vcpus in room)


def test_batch_has_its_own_service_role_and_no_account_must_have_one_already(deployment: SynthesizedStacks) -> None:
    # Of the original: it imported a service-linked role that may not exist. Batch makes its own when none is named.
    for environment in deployment.resources("AWS::Batch::ComputeEnvironment").values():
        assert "ServiceRole" not in environment["Properties"]
    assert "AWSServiceRole" not in json.dumps(deployment.templates)


def image(deployment: SynthesizedStacks) -> tuple[Path, Any]:
    assets = json.loads((deployment.folder / f"{deployment.name}-batch.assets.json").read_text())
    (found,) = assets["dockerImages"].values()
    return deployment.folder / found["source"]["directory"], found["source"]


def test_the_image_has_the_model_that_was_asked_for_and_runs_on_the_machines(deployment: SynthesizedStacks) -> None:
    _, source = image(deployment)
    wanted = {"transcription": "official", "other": "demo"}[deployment.name]
    assert source["dockerFile"] == "transcriber_image/Dockerfile"
    assert source["dockerBuildArgs"] == {"MODEL": wanted}
    assert source["platform"] == "linux/amd64"
    options = deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
    assert options["transcription.image_model"] == wanted


def test_the_image_is_built_anew_for_its_own_files_alone(default: SynthesizedStacks) -> None:
    folder, _ = image(default)
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    kept = ("dags/transcription/__init__.py", "dags/transcription/contract/", "transcriber_image/", ".dockerignore")
    assert files
    assert all(file.startswith(kept) for file in files), sorted(files)
    assert "transcriber_image/transcriber/__main__.py" in files
    assert not any("__pycache__" in file for file in files)


def test_the_image_is_small_has_pinned_parts_and_a_model_that_was_checked() -> None:
    # Of the original: root, a model without checksum, retired and unpinned parts, an unused AWS CLI, one stage.
    lines = (ROOT / "transcriber_image" / "Dockerfile").read_text()
    assert lines.count("\nFROM ") > 1
    assert "--require-hashes" in lines
    assert "awscli" not in lines
    assert "--hash=sha256:" in (ROOT / "transcriber_image" / "requirements.txt").read_text()
    assert "sha256" in (ROOT / "transcriber_image" / "fetch_model.py").read_text()
