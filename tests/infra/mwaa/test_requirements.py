"""requirements.txt: lines that MWAA cannot install are refused here, before MWAA fails after 20 minutes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.mwaa import airflow_versions, constraints, requirements
from infra.mwaa.errors import RuleBroken, VersionUnknown
from local.paths import ROOT

HEAD = f'--constraint "{constraints.address(airflow_versions.DEFAULT)}"\n'
WriteRequirements = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteRequirements:
    """Return a function that writes a requirements.txt with the given text."""

    def write_text(text: str) -> Path:
        file = tmp_path / "requirements.txt"
        file.write_text(text)
        return file

    return write_text


def broken_rules(file: Path, version: str = airflow_versions.DEFAULT) -> list[RuleBroken]:
    """Return the rules that a requirements.txt breaks."""
    return list(requirements.broken_rules(file, version))


def constraint_rules(file: Path) -> list[RuleBroken]:
    """Return the rules that the `--constraint` line of a requirements.txt breaks."""
    return list(requirements.constraint_rules(file, airflow_versions.DEFAULT))


def test_the_projects_requirements_can_be_installed() -> None:
    assert broken_rules(ROOT / "requirements.txt") == []


@pytest.mark.parametrize("version", airflow_versions.VERSIONS)
def test_the_pins_of_mwaas_image_can_be_installed_in_each_version(version: str, write: WriteRequirements) -> None:
    pins = (ROOT / "locks" / f"mwaa-{version}.in").read_text()
    assert broken_rules(write(f"--constraint {constraints.address(version)}\n{pins}"), version) == []


def test_a_version_that_the_constraints_refuse_is_reported_with_its_line(write: WriteRequirements) -> None:
    (error,) = broken_rules(write(f"{HEAD}# the SDK\nboto3==1.34.0\n"))
    assert error.code == "REQUIREMENT_CONFLICT"
    assert "line 3" in str(error)
    assert "boto3==1.34.0" in str(error)
    assert "boto3==1.42.84" in str(error)


def test_constraints_of_unused_providers_apply_too(write: WriteRequirements) -> None:
    """The copies hold all of Airflow's constraints, also for packages that this project does not install."""
    (error,) = broken_rules(write(f"{HEAD}Pandas < 2\n"))
    assert error.code == "REQUIREMENT_CONFLICT"


def test_dependencies_of_a_requirement_are_checked(write: WriteRequirements) -> None:
    """The constraints allow aioboto3 11.3, but not the botocore that its aiobotocore 2.5 requires."""
    (error,) = broken_rules(write(f"{HEAD}aioboto3==11.3.0\n"))
    assert error.code == "REQUIREMENTS_UNRESOLVED"
    assert "aioboto3" in str(error)


def test_a_package_that_does_not_exist_is_reported(write: WriteRequirements) -> None:
    (error,) = broken_rules(write(f"{HEAD}boto3==1.42.84\nno-such-package-as-this-one==1.0\n"))
    assert error.code == "REQUIREMENTS_UNRESOLVED"
    assert "no-such-package-as-this-one" in str(error)


def test_another_version_of_airflow_is_refused(write: WriteRequirements) -> None:
    (error,) = broken_rules(write(f"{HEAD}apache-airflow==3.1.0\n"))
    assert error.code == "REQUIREMENT_CONFLICT"


def test_a_missing_constraint_line_is_reported_with_the_line_to_add(write: WriteRequirements) -> None:
    """Without the line MWAA uses constraints of its own choice."""
    (error,) = constraint_rules(write("boto3==1.42.84\n"))
    assert error.code == "CONSTRAINT_MISSING"
    assert HEAD.strip() in str(error)


def test_a_constraint_line_in_a_comment_counts_as_missing(write: WriteRequirements) -> None:
    """MWAA accepts the comment as the line and then applies no constraints."""
    assert [error.code for error in constraint_rules(write(f"# {HEAD}boto3==1.42.84\n"))] == ["CONSTRAINT_MISSING"]


@pytest.mark.parametrize(
    "place",
    [
        constraints.address("3.0.6"),
        "https://raw.githubusercontent.com/apache/airflow/constraints-3.2.1/constraints-3.11.txt",
        "/usr/local/airflow/dags/pins.txt",
    ],
)
def test_constraints_of_another_version_are_refused(place: str, write: WriteRequirements) -> None:
    (error,) = constraint_rules(write(f"--constraint {place}\n"))
    assert error.code == "CONSTRAINT_OTHER"
    assert place in str(error)


def test_requirements_of_another_airflow_version_break_both_rules() -> None:
    """The constraint line and the version of a provider are both reported."""
    codes = [error.code for error in broken_rules(ROOT / "requirements.txt", "3.0.6")]
    assert codes == ["CONSTRAINT_OTHER", "REQUIREMENT_CONFLICT"]


def test_a_line_that_is_no_requirement_is_reported(write: WriteRequirements) -> None:
    (error,) = broken_rules(write(f"{HEAD}boto3 1.42.84\n"))
    assert error.code == "REQUIREMENT_UNREADABLE"
    assert "line 2" in str(error)


def test_an_unsupported_version_of_airflow_is_refused() -> None:
    with pytest.raises(VersionUnknown, match=r"2\.10\.3.*3\.2\.1"):
        broken_rules(ROOT / "requirements.txt", "2.10.3")
