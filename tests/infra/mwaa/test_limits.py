"""Limits of an MWAA environment: values that the API would refuse are refused before the deployment."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from infra.mwaa import limits
from tests.support.infra.synthesized_stacks import SynthesizedStacks

VALID: dict[str, Any] = {
    "Name": "transcription",
    "EnvironmentClass": "mw1.micro",
    "MinWorkers": 1,
    "MaxWorkers": 1,
    "AirflowConfigurationOptions": {"transcription.bucket": {"Ref": "Audio"}, "transcription.max_children": "64"},
    "NetworkConfiguration": {"SubnetIds": [{"Ref": "One"}, {"Ref": "Two"}], "SecurityGroupIds": [{"Ref": "Group"}]},
}


def codes(**properties: Any) -> list[str]:
    """Return the error codes for the valid environment with some properties replaced."""
    return [error.code for error in limits.broken_rules(VALID | properties)]


def test_a_valid_environment_breaks_no_rule() -> None:
    assert codes() == []


def test_the_environment_of_the_cdk_app_breaks_no_rule(deployment: SynthesizedStacks) -> None:
    (environment,) = deployment.resources("AWS::MWAA::Environment").values()
    assert list(limits.broken_rules(environment["Properties"])) == []


@pytest.mark.parametrize("name", ["1st", "my airflow", "ä", "a" * 81, ""])
def test_an_invalid_environment_name_is_refused(name: str) -> None:
    assert codes(Name=name) == ["NAME_INVALID"]


@pytest.mark.parametrize("key", ["Transcription.bucket", "transcription.max-children", "a" * 65, "trailing."])
def test_an_invalid_option_name_is_refused(key: str) -> None:
    assert codes(AirflowConfigurationOptions={key: "1"}) == ["OPTION_INVALID"]


@pytest.mark.parametrize("value", ["", "größer", "two\nlines", "x" * 65_537])
def test_an_invalid_option_value_is_refused(value: str) -> None:
    assert codes(AirflowConfigurationOptions={"transcription.model": value}) == ["OPTION_INVALID"]


def test_an_unknown_class_is_refused() -> None:
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
def test_a_count_outside_mwaas_limits_is_refused(counts: dict[str, Any]) -> None:
    assert codes(**counts) == ["COUNT_INVALID"]


def test_a_larger_class_may_scale() -> None:
    assert codes(EnvironmentClass="mw1.small", MaxWorkers=25, MinWebservers=2, MaxWebservers=5, Schedulers=5) == []


def test_the_limits_equal_those_of_the_api() -> None:
    """Compare with AWS's description of CreateEnvironment in botocore."""
    shapes = botocore.session.get_session().get_service_model("mwaa")

    def metadata(shape: str) -> dict[str, Any]:
        return dict(shapes.shape_for(shape).metadata)

    documented = (
        botocore.session.get_session().get_component("data_loader").load_service_model("mwaa", "service-2")["shapes"]
    )
    assert documented["EnvironmentName"]["pattern"] == limits.NAME
    assert metadata("EnvironmentName")["max"] == limits.NAME_LENGTH
    assert documented["ConfigKey"]["pattern"] == limits.OPTION_KEY
    assert metadata("ConfigKey")["max"] == limits.OPTION_KEY_LENGTH
    assert documented["ConfigValue"]["pattern"] == limits.OPTION_VALUE
    assert metadata("ConfigValue")["max"] == limits.OPTION_VALUE_LENGTH
    assert (metadata("SubnetList")["min"], metadata("SubnetList")["max"]) == (limits.SUBNETS, limits.SUBNETS)
    assert (metadata("SecurityGroupList")["min"], metadata("SecurityGroupList")["max"]) == limits.SECURITY_GROUPS
    classes = documented["CreateEnvironmentInput"]["members"]["EnvironmentClass"]["documentation"]
    assert all(f"<code>{name}</code>" in classes for name in limits.CLASSES)
