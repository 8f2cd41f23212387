"""requirements.txt: what MWAA would fail on after 20 minutes is refused here, and names its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.mwaa import airflow_versions, constraints, requirements
from infra.mwaa.errors import RuleBroken, VersionUnknown
from local.paths import ROOT

HEAD = f'--constraint "{constraints.address(airflow_versions.DEFAULT)}"\n'
Broken = Callable[..., list[RuleBroken]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """What is wrong with a requirements.txt of this text."""

    def check(text: str, version: str = airflow_versions.DEFAULT) -> list[RuleBroken]:
        file = tmp_path / "requirements.txt"
        file.write_text(text)
        return list(requirements.broken_rules(file, version))

    return check


@pytest.fixture
def constraint(tmp_path: Path) -> Broken:
    """What is wrong with the `--constraint` line of a requirements.txt of this text."""

    def check(text: str, version: str = airflow_versions.DEFAULT) -> list[RuleBroken]:
        file = tmp_path / "requirements.txt"
        file.write_text(text)
        return list(requirements.constraint_rules(file, version))

    return check


def test_the_projects_own_can_be_installed() -> None:
    assert list(requirements.broken_rules(ROOT / "requirements.txt", airflow_versions.DEFAULT)) == []


@pytest.mark.parametrize("version", airflow_versions.VERSIONS)
def test_what_mwaas_image_pins_can_be_installed_in_each_version(version: str, broken: Broken) -> None:
    pins = (ROOT / "locks" / f"mwaa-{version}.in").read_text()
    assert broken(f"--constraint {constraints.address(version)}\n{pins}", version) == []


def test_a_version_that_the_constraints_refuse_is_named_with_its_line(broken: Broken) -> None:
    (error,) = broken(f"{HEAD}# the SDK\nboto3==1.34.0\n")
    assert error.code == "REQUIREMENT_CONFLICT"
    assert "line 3" in str(error)
    assert "boto3==1.34.0" in str(error)
    assert "boto3==1.42.84" in str(error)


def test_a_package_of_a_provider_that_we_do_not_use_is_known_too(broken: Broken) -> None:
    """The copies hold all that Airflow's constraints hold, not only what this project installs."""
    (error,) = broken(f"{HEAD}Pandas < 2\n")
    assert error.code == "REQUIREMENT_CONFLICT"


def test_what_a_package_needs_in_turn_is_checked(broken: Broken) -> None:
    """aiobotocore 2.5 itself is refused by nothing here; the botocore that it wants is."""
    (error,) = broken(f"{HEAD}aioboto3==11.3.0\n")
    assert error.code == "REQUIREMENTS_UNRESOLVED"
    assert "aioboto3" in str(error)


def test_a_package_that_does_not_exist_is_named(broken: Broken) -> None:
    (error,) = broken(f"{HEAD}boto3==1.42.84\nno-such-package-as-this-one==1.0\n")
    assert error.code == "REQUIREMENTS_UNRESOLVED"
    assert "no-such-package-as-this-one" in str(error)


def test_another_airflow_cannot_be_put_over_mwaas(broken: Broken) -> None:
    (error,) = broken(f"{HEAD}apache-airflow==3.1.0\n")
    assert error.code == "REQUIREMENT_CONFLICT"


def test_a_missing_constraint_line_is_given(constraint: Broken) -> None:
    """MWAA would force its own, and nobody would know which."""
    (error,) = constraint("boto3==1.42.84\n")
    assert error.code == "CONSTRAINT_MISSING"
    assert HEAD.strip() in str(error)


def test_a_constraint_line_that_is_a_comment_is_none(constraint: Broken) -> None:
    """MWAA takes it for one and then checks nothing at all."""
    assert [error.code for error in constraint(f"# {HEAD}boto3==1.42.84\n")] == ["CONSTRAINT_MISSING"]


@pytest.mark.parametrize(
    "place",
    [
        constraints.address("3.0.6"),
        "https://raw.githubusercontent.com/apache/airflow/constraints-3.2.1/constraints-3.11.txt",
        "/usr/local/airflow/dags/pins.txt",
    ],
)
def test_constraints_of_another_version_are_refused(place: str, constraint: Broken) -> None:
    (error,) = constraint(f"--constraint {place}\n")
    assert error.code == "CONSTRAINT_OTHER"
    assert place in str(error)


def test_a_deployment_of_another_version_asks_for_other_constraints(broken: Broken) -> None:
    """And for another provider: both are said at once."""
    codes = [error.code for error in broken((ROOT / "requirements.txt").read_text(), "3.0.6")]
    assert codes == ["CONSTRAINT_OTHER", "REQUIREMENT_CONFLICT"]


def test_a_line_that_is_no_requirement_is_named(broken: Broken) -> None:
    (error,) = broken(f"{HEAD}boto3 1.42.84\n")
    assert error.code == "REQUIREMENT_UNREADABLE"
    assert "line 2" in str(error)


def test_a_version_that_was_never_tried_is_refused() -> None:
    with pytest.raises(VersionUnknown, match=r"2\.10\.3.*3\.2\.1"):
        list(requirements.broken_rules(ROOT / "requirements.txt", "2.10.3"))
