"""A deployment for an Airflow that exists already: its files, its policy, its network and its alarms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.airflow_options import DEPLOYMENT_OPTIONS
from infra.app import make_app
from infra.own_airflow_files import SETTINGS_FILE
from infra.paths import DAGS, ROOT
from infra.preflight.planned_deployment import read_deployment
from tests.support.infra.synthesized_stacks import SynthesizedStacks

#: The longest document of a managed policy. Source: IAM User Guide, "IAM and AWS STS quotas".
POLICY_LIMIT = 6_144
#: The longest name of a bucket. The names of all other resources in the policy are shorter.
LONGEST_NAME = "n" * 63


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """A deployment for an Airflow that is not on MWAA, with the default name and a network of its own."""
    folder = tmp_path_factory.mktemp("plain")
    make_app({"airflow": "none"}, str(folder)).synth()
    return SynthesizedStacks.load(folder, "transcription")


def dag_copy(deployment: SynthesizedStacks) -> Any:
    """Return the properties of the resource that copies the DAGs."""
    copies = [
        deployment.resolve(resource["Properties"])
        for resource in deployment.resources("Custom::CDKBucketDeployment").values()
    ]
    (copy,) = (copy for copy in copies if copy["DestinationBucketKeyPrefix"] != "plugins/")
    return copy


def policy(deployment: SynthesizedStacks) -> Any:
    """Return the statements of the policy for the role of the tasks."""
    return deployment.properties("AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]


def single_permissions(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return each action on each resource with its conditions."""

    def as_list(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    return {
        json.dumps([statement["Effect"], action, resource, statement.get("Condition", {})], sort_keys=True)
        for statement in statements
        for action in as_list(statement["Action"])
        for resource in as_list(statement.get("Resource", {"not": statement.get("NotResource")}))
    }


def test_nothing_of_mwaa_and_of_an_existing_network_is_created(own: SynthesizedStacks) -> None:
    kinds = {resource["Type"] for _, _, resource in own.all_resources()}
    assert "AWS::Batch::JobQueue" in kinds
    created = {kind for kind in kinds if kind.startswith(("AWS::MWAA", "AWS::EC2"))}
    assert created == {"AWS::EC2::SecurityGroup", "AWS::EC2::LaunchTemplate"}
    for environment in own.resources("AWS::Batch::ComputeEnvironment").values():
        assert environment["Properties"]["ComputeResources"]["Subnets"] == ["subnet-1a2b3c4d", "subnet-5e6f7a8b"]
    assert own.properties("AWS::EC2::SecurityGroup")["VpcId"] == "vpc-0a1b2c3d"


def test_an_existing_network_can_also_hold_a_new_airflow(tmp_path: Path) -> None:
    network = {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": "subnet-1a2b3c4d,subnet-5e6f7a8b"}
    access = {"webserver_access": "private", "webserver_ranges": "10.0.0.0/16, 192.168.4.0/24"}
    make_app(network | access, str(tmp_path)).synth()
    stacks = SynthesizedStacks.load(tmp_path, "transcription")
    placed = stacks.properties("AWS::MWAA::Environment")["NetworkConfiguration"]
    assert placed["SubnetIds"] == ["subnet-1a2b3c4d", "subnet-5e6f7a8b"]
    assert len(placed["SecurityGroupIds"]) == 1
    assert not stacks.resources("AWS::EC2::Subnet")
    # People reach the private web server through its endpoint, which has the group of Airflow.
    rules = [
        (rule["CidrIp"], rule["FromPort"], rule["ToPort"])
        for rule in stacks.properties("AWS::EC2::SecurityGroup", "NetworkAirflow")["SecurityGroupIngress"]
    ]
    assert rules == [("10.0.0.0/16", 443, 443), ("192.168.4.0/24", 443, 443)]
    planned = read_deployment(tmp_path)
    assert (planned.environment, planned.network_stack) == ("transcription", "")
    assert (planned.vpc, planned.subnets) == ("vpc-0a1b2c3d", ("subnet-1a2b3c4d", "subnet-5e6f7a8b"))


def test_the_dags_get_a_folder_of_their_own_and_nothing_else_is_deleted(own: SynthesizedStacks) -> None:
    copy = dag_copy(own)
    assert copy["DestinationBucketName"] == "bucket-of-the-team"
    assert copy["DestinationBucketKeyPrefix"] == "dags/deepspeech-own/"
    assert copy["Prune"] is False
    # The folder is deleted with the deployment.
    assert copy["RetainOnDelete"] is False
    files = {path.name for path in own.asset(copy["SourceObjectKeys"][0]).iterdir()}
    assert {"transcribe_audio.py", "transcribe_audio.md", "transcription"} <= files
    assert own.output("airflow", "DagFolder") == "s3://bucket-of-the-team/dags/deepspeech-own/"


def test_without_a_bucket_the_dags_are_in_one_of_the_deployment(plain: SynthesizedStacks) -> None:
    bucket = plain.output("storage", "AirflowBucket")
    assert dag_copy(plain)["DestinationBucketName"] == bucket
    assert plain.output("airflow", "DagFolder") == f"s3://{bucket}/dags/deepspeech-transcription/"


def test_the_file_beside_the_dags_has_the_settings_of_the_output(own: SynthesizedStacks) -> None:
    copy = dag_copy(own)
    text = (own.asset(copy["SourceObjectKeys"][1]) / SETTINGS_FILE).read_text()
    for marker, value in copy["SourceMarkers"][1].items():
        text = text.replace(marker, value)
    settings = json.loads(text)
    assert settings == json.loads(own.output("airflow", "DagSettings"))
    assert set(DEPLOYMENT_OPTIONS) <= settings.keys()
    assert settings["bucket"] == own.output("storage", "AudioBucket")
    assert settings["job_queue"] == own.output("batch", "JobQueue")
    assert settings["alert_topic"] == own.output("airflow", "AlertTopic")
    assert all(isinstance(value, str) for value in settings.values())


def test_the_dag_reads_the_file_with_this_name() -> None:
    reader = (DAGS / "transcription" / "shared" / "setting_texts.py").read_text()
    assert f'FILE = Path(__file__).parents[2] / "{SETTINGS_FILE}"' in reader


def test_the_policy_allows_what_the_role_of_a_new_airflow_allows_the_dag(
    default: SynthesizedStacks, plain: SynthesizedStacks
) -> None:
    own_permissions = single_permissions(policy(plain))
    of_role = single_permissions(default.statements("Role"))
    assert len(own_permissions) > 30
    assert own_permissions <= of_role
    # The rest is what MWAA itself needs.
    of_mwaa = ("airflow", "sqs:", "logs:", "cloudwatch:", "s3:GetAccount", "kms:")
    names = [plain.output("storage", "AudioBucket"), ":job", "made-up-alerts"]
    rest = of_role - own_permissions
    assert [entry for entry in rest if any(name in entry for name in names) and '"not"' not in entry] == []
    assert [entry for entry in rest if not any(part in entry for part in of_mwaa)] == []


def test_the_policy_belongs_to_no_role_and_is_an_output(own: SynthesizedStacks) -> None:
    (logical_id,) = own.resources("AWS::IAM::ManagedPolicy")
    properties = own.properties("AWS::IAM::ManagedPolicy")
    assert not properties.keys() & {"Roles", "Users", "Groups", "ManagedPolicyName"}
    assert own.templates["airflow"]["Outputs"]["TaskPolicy"]["Value"] == {"Ref": logical_id}


def test_the_policy_is_not_too_long_with_the_longest_names(own: SynthesizedStacks) -> None:
    bucket = own.output("storage", "AudioBucket")
    document = json.dumps({"Version": "2012-10-17", "Statement": policy(own)}, separators=(",", ":"))
    assert bucket in document
    assert len(document.replace(bucket, LONGEST_NAME)) < POLICY_LIMIT


def test_alarms_about_runs_use_the_metrics_of_the_existing_environment(
    own: SynthesizedStacks, plain: SynthesizedStacks
) -> None:
    def dimensions(stacks: SynthesizedStacks) -> dict[str, Any]:
        return {
            name: [entry["Value"] for entry in alarm["Properties"].get("Dimensions", [])]
            for name, alarm in stacks.resources("AWS::CloudWatch::Alarm").items()
        }

    assert sum("team" in values for values in dimensions(own).values()) == 3
    # Elsewhere, CloudWatch has no metrics about runs. A missing metric would set off an alarm.
    names = sorted(dimensions(plain))
    assert [name.startswith(("AlarmsAudioFailed", "AlarmsSystemFailed")) for name in names] == [True, True]
    dashboards = [json.dumps(stacks.properties("AWS::CloudWatch::Dashboard")) for stacks in (own, plain)]
    assert ["AmazonMWAA" in dashboard for dashboard in dashboards] == [True, False]


def test_every_output_is_explained(own: SynthesizedStacks) -> None:
    guide = (ROOT / "docs" / "own-airflow.md").read_text()
    outputs = [name for name in own.templates["airflow"]["Outputs"] if not name.startswith("Exports")]
    assert len(outputs) == 6
    assert [name for name in outputs if f"`{name}`" not in guide] == []


def test_the_preflight_knows_what_exists_and_what_is_created(own: SynthesizedStacks, plain: SynthesizedStacks) -> None:
    planned = read_deployment(own.folder)
    assert (planned.name, planned.environment, planned.existing_environment) == ("own", "", "team")
    assert planned.dag_folder == "s3://bucket-of-the-team/dags/deepspeech-own/"
    assert (planned.network_stack, planned.addresses, planned.endpoint_services) == ("", 0, ())
    assert (planned.vpc, planned.subnets) == ("vpc-0a1b2c3d", ("subnet-1a2b3c4d", "subnet-5e6f7a8b"))
    assert planned.queues == ("own-uploads", "own-uploads-dead-letters")
    planned = read_deployment(plain.folder)
    assert (planned.name, planned.environment, planned.existing_environment) == ("transcription", "", "")
    assert (planned.network_stack, planned.subnets, planned.addresses) == ("transcription-batch", (), 1)
    assert not planned.dag_folder
