"""The MWAA environment: what the API would refuse, or what would never be created, is refused before."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from infra.mwaa import limits
from tests.support.infra.synthesized_stacks import SynthesizedStacks

RIGHT: dict[str, Any] = {
    "Name": "transcription",
    "EnvironmentClass": "mw1.micro",
    "MinWorkers": 1,
    "MaxWorkers": 1,
    "AirflowConfigurationOptions": {"transcription.bucket": {"Ref": "Audio"}, "transcription.max_children": "64"},
    "NetworkConfiguration": {"SubnetIds": [{"Ref": "One"}, {"Ref": "Two"}], "SecurityGroupIds": [{"Ref": "Group"}]},
}


def codes(**properties: Any) -> list[str]:
    return [error.code for error in limits.broken_rules(RIGHT | properties)]


def test_a_right_one_is_taken() -> None:
    assert codes() == []


def test_what_the_cdk_app_describes_is_taken(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    assert list(limits.broken_rules(environment["Properties"])) == []


@pytest.mark.parametrize("name", ["1st", "my airflow", "ä", "a" * 81, ""])
def test_a_name_that_mwaa_refuses(name: str) -> None:
    assert codes(Name=name) == ["NAME_INVALID"]


@pytest.mark.parametrize("key", ["Transcription.bucket", "transcription.max-children", "a" * 65, "trailing."])
def test_an_option_whose_name_mwaa_refuses(key: str) -> None:
    assert codes(AirflowConfigurationOptions={key: "1"}) == ["OPTION_INVALID"]


@pytest.mark.parametrize("value", ["", "größer", "two\nlines", "x" * 65_537])
def test_an_option_whose_value_mwaa_refuses(value: str) -> None:
    assert codes(AirflowConfigurationOptions={"transcription.model": value}) == ["OPTION_INVALID"]


def test_a_class_that_does_not_exist() -> None:
    assert codes(EnvironmentClass="mw1.tiny") == ["CLASS_UNKNOWN"]


@pytest.mark.parametrize(
    "counts",
    [
        {"MaxWorkers": 2},
        {"MaxWebservers": 2},
        {"Schedulers": 2},
        {"EnvironmentClass": "mw1.small", "MaxWorkers": 26},
        {"EnvironmentClass": "mw1.small", "MinWorkers": 3, "MaxWorkers": 2},
        {"EnvironmentClass": "mw1.small", "MinWebservers": 1},
        {"EnvironmentClass": "mw1.small", "MaxWebservers": 6},
        {"EnvironmentClass": "mw1.small", "Schedulers": 6},
        {"NetworkConfiguration": {"SubnetIds": ["a", "b", "c"], "SecurityGroupIds": ["g"]}},
        {"NetworkConfiguration": {"SubnetIds": ["a"], "SecurityGroupIds": ["g"]}},
        {"NetworkConfiguration": {"SubnetIds": ["a", "b"], "SecurityGroupIds": []}},
    ],
)
def test_more_or_fewer_than_mwaa_allows(counts: dict[str, Any]) -> None:
    assert codes(**counts) == ["COUNT_INVALID"]


def test_a_larger_class_may_scale() -> None:
    assert codes(EnvironmentClass="mw1.small", MaxWorkers=25, MinWebservers=2, MaxWebservers=5, Schedulers=5) == []


def test_the_limits_are_those_of_the_api() -> None:
    """AWS's own description of CreateEnvironment, as its SDK has it."""
    shapes = botocore.session.get_session().get_service_model("mwaa")

    def of(shape: str) -> dict[str, Any]:
        return dict(shapes.shape_for(shape).metadata)

    documented = (
        botocore.session.get_session().get_component("data_loader").load_service_model("mwaa", "service-2")["shapes"]
    )
    assert documented["EnvironmentName"]["pattern"] == limits.NAME
    assert of("EnvironmentName")["max"] == limits.NAME_LENGTH
    assert documented["ConfigKey"]["pattern"] == limits.OPTION_KEY
    assert of("ConfigKey")["max"] == limits.OPTION_KEY_LENGTH
    assert documented["ConfigValue"]["pattern"] == limits.OPTION_VALUE
    assert of("ConfigValue")["max"] == limits.OPTION_VALUE_LENGTH
    assert (of("SubnetList")["min"], of("SubnetList")["max"]) == (limits.SUBNETS, limits.SUBNETS)
    assert (of("SecurityGroupList")["min"], of("SecurityGroupList")["max"]) == limits.SECURITY_GROUPS
    classes = documented["CreateEnvironmentInput"]["members"]["EnvironmentClass"]["documentation"]
    assert all(f"<code>{name}</code>" in classes for name in limits.CLASSES)
