"""The settings of a deployment: each is documented and checked, and an error says what the value must be."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from infra.airflow_options import DEPLOYMENT_OPTIONS, OPTIONAL_DEPLOYMENT_OPTIONS, default_number, free_options
from infra.cdk_context import read_settings
from infra.errors import ContextInvalid
from infra.machine_types import instance_types
from infra.paths import ROOT
from infra.settings import DeploymentSettings


def test_every_setting_has_a_default() -> None:
    assert read_settings({}) == DeploymentSettings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "clinic-a", "clinic-a"),
        ("retain_audio", "false", False),
        ("retain_audio", True, True),
        ("memory", "7168", 7168),
        ("memory", 7168, 7168),
        ("alert_mail", "somebody@example.org", "somebody@example.org"),
        (
            "transcription",
            '{"low_confidence": 0.9, "daily_summary": true}',
            {"low_confidence": "0.9", "daily_summary": "true"},
        ),
        ("transcription", {"max_children": 10}, {"max_children": "10"}),
    ],
)
def test_text_and_json_values_are_both_accepted(name: str, text: Any, value: object) -> None:
    assert getattr(read_settings({name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "wrong", "hint"),
    [
        ("name", "Transcription", "lower case"),
        ("name", "a" * 31, "30"),
        ("name", "", "letter first"),
        ("region", "frankfurt", "eu-central-1"),
        ("zones", "us-east-1a", "two different zones"),
        ("zones", "us-east-1a,us-east-1a", "two different zones"),
        ("zones", "us-east-1a,use1-az2", "two names"),
        ("zones", "us-east-1-bos-1a,us-east-1a", "two names"),
        ("retain_audio", "maybe", "true or false"),
        ("processed_days", "-1", "from 0"),
        ("processed_days", "a month", "whole number"),
        ("old_version_days", "0", "from 1"),
        ("network", "vpn", "nat, nat-instance, endpoints"),
        ("spot_vcpus", "1", "vcpus, 2, or more"),
        ("teaching", "maybe", "true or false"),
        ("vcpus", "64", "from 1 to 16"),
        ("memory", "512", "from 1,024"),
        ("disk_gigabytes", "8", "from 50"),
        ("disk_gigabytes", "60", "71 or more"),
        ("machine_families", "c6g", "x86"),
        ("machine_families", "c6i.large", "x86"),
        ("machine_families", "t3", "x86"),
        ("machine_families", "", "x86"),
        ("image_model", "english", "official, demo"),
        ("airflow_version", "2.10.3", "3.2.1"),
        ("airflow_class", "mw1.tiny", "mw1.micro"),
        ("webserver_access", "open", "public, private"),
        ("webserver_ranges", "10.0.0.0/16", "empty with webserver_access=public"),
        ("alert_mail", "somebody", "mail address"),
        ("log_days", "100", "one of 1, 3"),
        ("start_limit_minutes", "5", "from 10"),
        ("transcription", "[]", "an object"),
        ("transcription", "{", "an object"),
        ("transcription", {"bucket": "b"}, "does not follow from the deployment"),
        ("transcription", {"low_confidense": "0.9"}, "low_confidence"),
        ("transcription", {"low_confidence": "high"}, "a number"),
        ("transcription", {"max_children": "1.5"}, "a whole number"),
        ("transcription", {"daily_summary": "yes"}, "true or false"),
        ("transcription", {"audio_endings": "wav, txt"}, "one or more of wav"),
        ("transcription", {"schedule": "0 1 * *"}, "five parts"),
        ("transcription", {"time_zone": "Mars/Base"}, "Europe/Vienna"),
        ("missed_run_hours", "200", "from 2 to 168"),
        ("patched", "last month", "2026-12"),
        ("base_image", "python@sha256:0", "registry.example.org"),
        ("monthly_budget", "300", "0 without alert_mail"),
        ("on_demand_vcpus", "1", "vcpus, 2, or more"),
        ("memroy", "4096", "memory"),
        ("airflow_version", 3, "text"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_a_hint(name: str, wrong: Any, hint: str) -> None:
    with pytest.raises(ContextInvalid) as error:
        read_settings({name: wrong})
    message = str(error.value)
    assert message.startswith(f"[CONTEXT_INVALID] {name}")
    assert hint in message
    assert f"-c {name}" in message


def test_zones_of_another_region_are_refused() -> None:
    with pytest.raises(ContextInvalid, match="zones of the region eu-west-1, such as eu-west-1a"):
        read_settings({"region": "eu-west-1", "zones": "us-east-1a,us-east-1b"})
    # An id does not show its region.
    assert read_settings({"region": "eu-west-1", "zones": "euw1-az1, euw1-az2"}).zone_list == ["euw1-az1", "euw1-az2"]


SUBNET = "subnet-1a2b3c4d"
EXISTING = {"airflow": "existing", "airflow_environment": "team", "dag_bucket": "bucket"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"airflow": "mwaa"}, "airflow is 'mwaa'; it must be one of new, existing, none"),
        (EXISTING | {"airflow_environment": ""}, "airflow_environment is ''; it must be given with airflow=existing"),
        (EXISTING | {"dag_bucket": ""}, "dag_bucket is ''; it must be given with airflow=existing"),
        (EXISTING | {"airflow": "none"}, "airflow_environment is 'team'; it must be empty with airflow=none"),
        ({"dag_bucket": "bucket"}, "dag_bucket is 'bucket'; it must be empty with airflow=new"),
        ({"dag_prefix": "/dags/"}, "dag_prefix is '/dags/'; it must be a folder"),
        ({"dag_prefix": "d" * 61}, "it must be a folder of up to 60"),
        ({"vpc_id": "vpc-0a1b2c3d"}, "subnet_ids is ''; it must be given exactly if vpc_id is"),
        ({"subnet_ids": "subnet-1a2b3c4d"}, "subnet_ids is 'subnet-1a2b3c4d'; it must be given exactly if vpc_id is"),
        ({"vpc_id": "vpc-0a1b2c3d", "subnet_ids": "subnet-1a2b3c4d"}, "it must be two subnets in two zones"),
        ({"vpc_id": "network", "subnet_ids": "subnet-1a2b3c4d"}, "vpc_id is 'network'; it must be the id of a VPC"),
        (EXISTING | {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": f"{SUBNET}, {SUBNET}"}, "it must be different subnets"),
    ],
)
def test_settings_about_what_exists_must_go_together(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ContextInvalid) as error:
        read_settings(settings)
    assert message in str(error.value)


@pytest.mark.parametrize("ranges", ["0.0.0.0/0", "10.0.0.1/16", "office", "10.0.0.0/16,0.0.0.0/1"])
def test_a_private_airflow_is_not_opened_to_the_internet(ranges: str) -> None:
    with pytest.raises(ContextInvalid, match=r"webserver_ranges .*ranges of IPv4 addresses, /8 or smaller"):
        read_settings({"webserver_access": "private", "webserver_ranges": ranges})


@pytest.mark.parametrize(
    ("settings", "name", "message"),
    [
        (EXISTING, "airflow_version", "'3.2.1', the default, with airflow=existing, which creates no environment"),
        (EXISTING, "airflow_class", "'mw1.micro', the default, with airflow=existing"),
        ({"airflow": "none"}, "webserver_access", "'public', the default, with airflow=none"),
        ({"airflow": "none"}, "missed_run_hours", "25, the default, with airflow=none, whose runs CloudWatch does not"),
        ({}, "dag_prefix", "'dags', the default, with airflow=new"),
        ({"vpc_id": "vpc-0a1b2c3d", "subnet_ids": f"{SUBNET},{SUBNET}2"}, "network", "nat or endpoints with vpc_id"),
    ],
)
def test_a_setting_that_would_have_no_effect_is_refused(settings: dict[str, str], name: str, message: str) -> None:
    values = {
        "airflow_version": "3.0.6",
        "airflow_class": "mw1.small",
        "webserver_access": "private",
        "missed_run_hours": "73",
        "dag_prefix": "flows",
        "network": "nat-instance",
    }
    assert read_settings(settings)
    with pytest.raises(ContextInvalid) as error:
        read_settings(settings | {name: values[name]})
    assert str(error.value).startswith(f"[CONTEXT_INVALID] {name} is ")
    assert f"it must be {message}" in str(error.value)


@pytest.mark.parametrize("prefix", ["team/dags", "team/dags/"])
def test_the_folder_of_the_dags_may_end_with_a_slash(prefix: str) -> None:
    assert read_settings(EXISTING | {"dag_prefix": prefix}).dag_folder == "team/dags/deepspeech-transcription"


def test_a_family_that_is_named_twice_is_used_once() -> None:
    assert instance_types("c6i, c6i") == ["c6i.xlarge", "c6i.2xlarge", "c6i.4xlarge"]


def test_machines_alone_need_only_one_existing_subnet() -> None:
    settings = read_settings(EXISTING | {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": "subnet-1a2b3c4d", "dag_prefix": ""})
    assert settings.subnet_list == ["subnet-1a2b3c4d"]
    assert settings.dag_folder == "deepspeech-transcription"


def test_a_disk_that_is_too_small_for_the_largest_file_is_refused() -> None:
    with pytest.raises(ContextInvalid, match=r"disk_gigabytes is 100; it must be \d+ or more"):
        read_settings({"transcription": {"max_file_megabytes": 16384}})
    with pytest.raises(ContextInvalid, match="disk_gigabytes"):
        read_settings({"vcpus": 1})
    assert read_settings({"vcpus": 1, "disk_gigabytes": 120}).disk_gigabytes == 120


def test_context_values_of_the_cdk_itself_are_ignored() -> None:
    assert (
        read_settings(
            {"@aws-cdk/core:enablePartitionLiterals": True, "aws:cdk:bundling-stacks": ["**"], "cli-telemetry": False}
        )
        == DeploymentSettings()
    )


def test_every_setting_has_a_comment() -> None:
    source = (ROOT / "infra" / "settings.py").read_text().splitlines()
    (settings_class,) = (
        node
        for node in ast.parse("\n".join(source)).body
        if isinstance(node, ast.ClassDef) and node.name == DeploymentSettings.__name__
    )
    undocumented = [
        ast.unparse(node.target)
        for node in settings_class.body
        if isinstance(node, ast.AnnAssign) and not source[node.lineno - 2].strip().startswith("#:")
    ]
    assert undocumented == ["on_demand_vcpus"]  # shares the comment of the setting before it


def test_the_dags_options_include_their_defaults_and_exclude_those_of_the_deployment() -> None:
    assert {"audio_minutes_per_child", "low_confidence", "daily_summary", "vcpu_hour_price"} <= set(free_options())
    assert not set(free_options()) & {*DEPLOYMENT_OPTIONS, *OPTIONAL_DEPLOYMENT_OPTIONS}
    assert float(default_number("vcpu_hour_price")) > 0


@pytest.mark.parametrize("name", ["spot_vcpus", "on_demand_vcpus"])
def test_a_deployment_that_teaches_needs_machines_for_it(name: str) -> None:
    assert read_settings({name: "2"})
    with pytest.raises(ContextInvalid, match=f"{name} is 2; it must be 4 or more, for a teaching"):
        read_settings({name: "2", "teaching": "true"})
