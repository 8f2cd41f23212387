"""The MWAA environment and the files it takes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.airflow_options import DEPLOYMENT_OPTIONS
from infra.app import make_app
from infra.mwaa.errors import ConstraintOther
from infra.paths import DAGS, PLUGINS, REQUIREMENTS
from tests.support.infra.synthesized_stacks import SynthesizedStacks


@pytest.fixture
def environment(deployment: SynthesizedStacks) -> Any:
    return deployment.properties("AWS::MWAA::Environment")


def deployed(deployment: SynthesizedStacks, prefix: str) -> Any:
    """What puts files below a prefix of the MWAA bucket."""
    copies = [
        deployment.resolve(found["Properties"])
        for found in deployment.resources("Custom::CDKBucketDeployment").values()
    ]
    (found,) = (copy for copy in copies if copy["DestinationBucketKeyPrefix"] == f"{prefix}/")
    assert found["DestinationBucketName"] == deployment.output("storage", "AirflowBucket")
    return found


def source(deployment: SynthesizedStacks, key: str) -> Path:
    """The file or folder that is deployed under a key of the CDK's bucket."""
    assets = json.loads((deployment.folder / f"{deployment.name}-airflow.assets.json").read_text())
    (found,) = (
        asset["source"]["path"]
        for asset in assets["files"].values()
        for place in asset["destinations"].values()
        if place["objectKey"] == key
    )
    return deployment.folder / found


def names(folder: Path) -> set[str]:
    ignored = ("__pycache__", "README.md")
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not set(path.parts) & set(ignored)
    }


def test_airflow_gets_every_dag_file_and_what_the_dag_imports(deployment: SynthesizedStacks, environment: Any) -> None:
    copy = deployed(deployment, environment["DagS3Path"])
    (key,) = copy["SourceObjectKeys"]
    assert names(source(deployment, key)) == names(DAGS)
    assert "transcription/contract/keys.py" in names(source(deployment, key))
    # What is gone here goes there too.
    assert copy["Prune"] is True


def test_plugins_lie_at_the_root_of_their_zip(deployment: SynthesizedStacks, environment: Any) -> None:
    copy = deployed(deployment, "plugins")
    (key,) = copy["SourceObjectKeys"]
    folder = source(deployment, key)
    assert not zipfile.is_zipfile(folder)  # the CDK packs it when it uploads it
    assert names(folder) == names(PLUGINS)
    assert environment["PluginsS3Path"] == f"plugins/{key}"
    assert key.endswith(".zip")
    assert copy["Extract"] is False


def test_a_changed_plugin_or_requirement_is_a_new_version_of_exactly_that(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    copies = deployment.resources("Custom::CDKBucketDeployment")
    for kind in ("Plugins", "Requirements"):
        version = environment["Properties"].get(f"{kind}S3ObjectVersion")
        if kind == "Requirements" and deployment.name == "other":
            assert version is None
            continue
        # The copy gives it back, and makes a new one when the digest that names its source changes.
        assert version["Fn::Select"][0] == 0
        resource, attribute = version["Fn::Select"][1]["Fn::GetAtt"]
        assert attribute == "SourceObjectVersionIds"
        assert copies[resource]["Properties"]["OutputObjectVersionIds"] is True
        assert copies[resource]["Properties"]["DestinationBucketKeyPrefix"] == f"{kind.lower()}/"


def test_requirements_are_the_repositorys_own(default: SynthesizedStacks) -> None:
    environment = default.properties("AWS::MWAA::Environment")
    (key,) = deployed(default, "requirements")["SourceObjectKeys"]
    assert environment["RequirementsS3Path"] == f"requirements/{key}"
    assert source(default, key).read_bytes() == REQUIREMENTS.read_bytes()


def test_without_internet_airflow_starts_although_pip_reaches_nothing(other: SynthesizedStacks) -> None:
    environment = other.properties("AWS::MWAA::Environment")
    assert "RequirementsS3Path" not in environment
    prefixes = [
        copy["Properties"]["DestinationBucketKeyPrefix"]
        for copy in other.resources("Custom::CDKBucketDeployment").values()
    ]
    assert sorted(prefixes) == ["dags/", "plugins/"]


def test_requirements_of_another_version_of_airflow_are_refused_before_mwaa_fails_on_them(tmp_path: Path) -> None:
    with pytest.raises(ConstraintOther, match=r"3\.2\.1.*3\.0\.6"):
        make_app({"airflow_version": "3.0.6"}, str(tmp_path))


def test_the_dag_is_told_everything_that_follows_from_the_deployment(
    deployment: SynthesizedStacks, environment: Any
) -> None:
    options = environment["AirflowConfigurationOptions"]
    assert options["transcription.bucket"] == deployment.output("storage", "AudioBucket")
    assert options["transcription.alert_topic"] == deployment.output("airflow", "AlertTopic")
    assert options["transcription.start_limit_minutes"] == "120"
    assert {f"transcription.{name}" for name in DEPLOYMENT_OPTIONS} <= options.keys()
    assert all(isinstance(value, str) for value in options.values())


def test_the_dag_is_told_what_people_set(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    options = [
        deployment.properties("AWS::MWAA::Environment")["AirflowConfigurationOptions"]
        for deployment in (default, other)
    ]
    assert [values.get("transcription.audio_minutes_per_child") for values in options] == [None, "30"]


def test_every_kind_of_log_is_on(environment: Any) -> None:
    logs = environment["LoggingConfiguration"]
    assert logs.keys() == {"DagProcessingLogs", "SchedulerLogs", "TaskLogs", "WebserverLogs", "WorkerLogs"}
    assert all(log["Enabled"] for log in logs.values())
    assert logs["TaskLogs"]["LogLevel"] == "INFO"


def test_the_logs_that_end_are_the_ones_that_mwaa_writes(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    groups = {
        found["Properties"]["LogGroupName"]: name
        for name, found in deployment.resources("AWS::Logs::LogGroup").items()
        if "LogGroupName" in found["Properties"]
    }
    kinds = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")
    assert groups.keys() == {f"airflow-{deployment.name}-{kind}" for kind in kinds}
    # Before it, so that it finds them; and after it is gone, so that it does not make them again.
    assert set(groups.values()) <= set(environment["DependsOn"])


def test_airflow_starts_only_once_it_has_its_dags_and_its_rights(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    kinds = {deployment.templates["airflow"]["Resources"][name]["Type"] for name in environment["DependsOn"]}
    assert {"AWS::IAM::Policy", "Custom::CDKBucketDeployment"} <= kinds


def test_the_environment_is_the_one_that_was_asked_for(default: SynthesizedStacks, other: SynthesizedStacks) -> None:
    first, second = (deployment.properties("AWS::MWAA::Environment") for deployment in (default, other))
    assert (first["AirflowVersion"], first["EnvironmentClass"]) == ("3.2.1", "mw1.micro")
    assert (first["WebserverAccessMode"], second["WebserverAccessMode"]) == ("PUBLIC_ONLY", "PRIVATE_ONLY")
    assert (first["MinWorkers"], first["MaxWorkers"]) == (1, 1)  # all that mw1.micro takes


def test_maintenance_does_not_take_the_night_away(environment: Any) -> None:
    assert environment["WeeklyMaintenanceWindowStart"] == "SUN:12:00"


@pytest.mark.parametrize(
    ("stack", "outputs"),
    [
        ("storage", {"AudioBucket", "AirflowBucket"}),
        ("batch", {"JobQueue", "JobDefinition"}),
        ("airflow", {"AirflowAddress", "AirflowEnvironment", "AlertTopic"}),
    ],
)
def test_people_are_told_where_to_go(deployment: SynthesizedStacks, stack: str, outputs: set[str]) -> None:
    assert outputs <= deployment.templates[stack]["Outputs"].keys()
    assert str(deployment.output("airflow", "AirflowAddress")).startswith("https://")
