"""The MWAA environment and the DAGs, plugins and requirements that it loads."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.airflow_options import DEPLOYMENT_OPTIONS
from infra.app import make_app
from infra.mwaa.errors import ConstraintOther
from infra.mwaa.plugins import plugin_files
from infra.paths import DAGS, PLUGINS, REQUIREMENTS
from tests.support.infra.synthesized_stacks import SynthesizedStacks


@pytest.fixture
def environment(deployment: SynthesizedStacks) -> Any:
    """The properties of the MWAA environment."""
    return deployment.properties("AWS::MWAA::Environment")


def bucket_deployment(deployment: SynthesizedStacks, prefix: str) -> Any:
    """Return the resource that copies files below a prefix of the MWAA bucket."""
    copies = [
        deployment.resolve(resource["Properties"])
        for resource in deployment.resources("Custom::CDKBucketDeployment").values()
    ]
    (copy,) = (copy for copy in copies if copy["DestinationBucketKeyPrefix"] == f"{prefix}/")
    assert copy["DestinationBucketName"] == deployment.output("storage", "AirflowBucket")
    return copy


def names(folder: Path) -> set[str]:
    """Return the relative paths of the files in a folder, without bytecode and README files."""
    ignored = ("__pycache__", "README.md")
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not set(path.parts) & set(ignored)
    }


def test_every_file_of_the_dag_folder_is_deployed(deployment: SynthesizedStacks, environment: Any) -> None:
    copy = bucket_deployment(deployment, environment["DagS3Path"])
    (key,) = copy["SourceObjectKeys"]
    assert names(deployment.asset(key)) == names(DAGS)
    assert "transcription/contract/keys.py" in names(deployment.asset(key))
    # A file that is deleted here is deleted from the bucket.
    assert copy["Prune"] is True


def test_plugins_are_at_the_root_of_their_archive(deployment: SynthesizedStacks, environment: Any) -> None:
    copy = bucket_deployment(deployment, "plugins")
    (key,) = copy["SourceObjectKeys"]
    folder = deployment.asset(key)
    assert not zipfile.is_zipfile(folder)  # the CDK packs the folder when it uploads it
    assert names(folder) == set(plugin_files(PLUGINS))
    assert environment["PluginsS3Path"] == f"plugins/{key}"
    assert key.endswith(".zip")
    assert copy["Extract"] is False


def test_a_changed_file_gives_a_new_version_of_only_the_archive_or_the_requirements(
    deployment: SynthesizedStacks,
) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    copies = deployment.resources("Custom::CDKBucketDeployment")
    for kind in ("Plugins", "Requirements"):
        version = environment["Properties"].get(f"{kind}S3ObjectVersion")
        if kind == "Requirements" and deployment.name == "other":
            assert version is None
            continue
        # The bucket deployment returns the version. A changed file changes the source's digest, and so the version.
        assert version["Fn::Select"][0] == 0
        resource, attribute = version["Fn::Select"][1]["Fn::GetAtt"]
        assert attribute == "SourceObjectVersionIds"
        assert copies[resource]["Properties"]["OutputObjectVersionIds"] is True
        assert copies[resource]["Properties"]["DestinationBucketKeyPrefix"] == f"{kind.lower()}/"


def test_the_requirements_of_the_repository_are_deployed(default: SynthesizedStacks) -> None:
    environment = default.properties("AWS::MWAA::Environment")
    (key,) = bucket_deployment(default, "requirements")["SourceObjectKeys"]
    assert environment["RequirementsS3Path"] == f"requirements/{key}"
    assert default.asset(key).read_bytes() == REQUIREMENTS.read_bytes()


def test_without_internet_no_requirements_are_deployed(other: SynthesizedStacks) -> None:
    environment = other.properties("AWS::MWAA::Environment")
    assert "RequirementsS3Path" not in environment
    prefixes = [
        copy["Properties"]["DestinationBucketKeyPrefix"]
        for copy in other.resources("Custom::CDKBucketDeployment").values()
    ]
    assert sorted(prefixes) == ["dags/", "plugins/"]


def test_requirements_of_another_version_of_airflow_stop_the_synthesis(tmp_path: Path) -> None:
    with pytest.raises(ConstraintOther, match=r"3\.2\.1.*3\.0\.6"):
        make_app({"airflow_version": "3.0.6"}, str(tmp_path))


def test_the_dag_gets_the_options_that_follow_from_the_deployment(
    deployment: SynthesizedStacks, environment: Any
) -> None:
    options = environment["AirflowConfigurationOptions"]
    assert options["transcription.bucket"] == deployment.output("storage", "AudioBucket")
    assert options["transcription.alert_topic"] == deployment.output("airflow", "AlertTopic")
    assert options["transcription.start_limit_minutes"] == "120"
    assert {f"transcription.{name}" for name in DEPLOYMENT_OPTIONS} <= options.keys()
    assert all(isinstance(value, str) for value in options.values())


def test_the_dag_gets_the_options_of_the_transcription_setting(
    default: SynthesizedStacks, other: SynthesizedStacks
) -> None:
    options = [
        deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
        for deployment in (default, other)
    ]
    assert [values.get("transcription.audio_minutes_per_child") for values in options] == [None, "30"]


def test_every_kind_of_log_is_enabled(environment: Any) -> None:
    logs = environment["LoggingConfiguration"]
    assert logs.keys() == {"DagProcessingLogs", "SchedulerLogs", "TaskLogs", "WebserverLogs", "WorkerLogs"}
    assert all(log["Enabled"] for log in logs.values())
    assert logs["TaskLogs"]["LogLevel"] == "INFO"


def test_the_log_groups_have_the_names_that_mwaa_writes_to(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    groups = {
        group["Properties"]["LogGroupName"]: name
        for name, group in deployment.resources("AWS::Logs::LogGroup").items()
        if "LogGroupName" in group["Properties"]
    }
    kinds = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")
    assert groups.keys() == {f"airflow-{deployment.name}-{kind}" for kind in kinds}
    # MWAA creates missing groups. So they must exist before the environment and be deleted after it.
    assert set(groups.values()) <= set(environment["DependsOn"])


def test_the_environment_is_created_after_its_files_and_policies(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    kinds = {deployment.templates["airflow"]["Resources"][name]["Type"] for name in environment["DependsOn"]}
    assert {"AWS::IAM::Policy", "Custom::CDKBucketDeployment"} <= kinds


def test_the_environment_has_the_version_class_and_access_of_the_settings(
    default: SynthesizedStacks, other: SynthesizedStacks
) -> None:
    first, second = (deployment.properties("AWS::MWAA::Environment") for deployment in (default, other))
    assert (first["AirflowVersion"], first["EnvironmentClass"]) == ("3.2.1", "mw1.micro")
    assert (first["WebserverAccessMode"], second["WebserverAccessMode"]) == ("PUBLIC_ONLY", "PRIVATE_ONLY")
    assert (first["MinWorkers"], first["MaxWorkers"]) == (1, 1)  # the maximum of mw1.micro


def test_maintenance_is_on_sunday_at_noon(environment: Any) -> None:
    assert environment["WeeklyMaintenanceWindowStart"] == "SUN:12:00"


@pytest.mark.parametrize(
    ("stack", "outputs"),
    [
        ("storage", {"AudioBucket", "AirflowBucket"}),
        ("batch", {"JobQueue", "JobDefinition"}),
        ("airflow", {"AirflowAddress", "AirflowEnvironment", "AlertTopic"}),
    ],
)
def test_each_stack_has_its_outputs(deployment: SynthesizedStacks, stack: str, outputs: set[str]) -> None:
    assert outputs <= deployment.templates[stack]["Outputs"].keys()
    assert str(deployment.output("airflow", "AirflowAddress")).startswith("https://")


@pytest.mark.parametrize(
    ("environment_class", "region", "strategy"),
    [("mw1.micro", "", None), ("mw1.small", "", "GRACEFUL"), ("mw1.small", "ca-west-1", None)],
)
def test_an_update_waits_for_tasks_at_work_where_mwaa_can(
    environment_class: str, region: str, strategy: str | None, tmp_path: Path
) -> None:
    settings = {"airflow_class": environment_class, "region": region, "image_model": "demo"}
    make_app(settings, str(tmp_path)).synth()
    properties = SynthesizedStacks.load(tmp_path, "transcription").properties("AWS::MWAA::Environment")
    assert properties.get("WorkerReplacementStrategy") == strategy


def test_the_region_of_the_credentials_decides_too_whether_mwaa_can_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_REGION", "ca-west-1")
    make_app({"airflow_class": "mw1.small", "image_model": "demo"}, str(tmp_path)).synth()
    properties = SynthesizedStacks.load(tmp_path, "transcription").properties("AWS::MWAA::Environment")
    assert "WorkerReplacementStrategy" not in properties
