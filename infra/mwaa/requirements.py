"""The check whether MWAA can install requirements.txt. MWAA itself tries for nine minutes and then rolls back.

MWAA runs pip with the unchanged file, and pip obeys the file's `--constraint` line. Source:
https://docs.aws.amazon.com/mwaa/latest/userguide/working-dags-dependencies.html
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from infra.mwaa import constraints
from infra.mwaa.errors import (
    ConstraintMissing,
    ConstraintOther,
    RequirementConflict,
    RequirementsUnresolved,
    RequirementUnreadable,
    RuleBroken,
)

_CONSTRAINT = re.compile(r"(?:-c|--constraint)(?:\s+|=)(?P<place>.+)")


@dataclass(frozen=True)
class Line:
    """A line of a requirements file, without its comment."""

    number: int
    text: str


def read(file: Path) -> list[Line]:
    """Return the lines of a requirements file, without comments and empty lines."""
    numbered = enumerate(file.read_text().splitlines(), 1)
    lines = (Line(number, re.sub(r"(^|\s)#.*", "", text).strip()) for number, text in numbered)
    return [line for line in lines if line.text]


def broken_rules(file: Path, version: str) -> Iterator[RuleBroken]:
    """Yield the reasons why MWAA cannot install a requirements file together with a version of Airflow.

    Raises:
        VersionUnknown: There is no copy of the constraints of that version.
    """
    copy = constraints.copy(version)
    lines = read(file)
    yield from constraint_rules(file, version)
    conflicts = list(_conflicts(file, lines, copy))
    # If each line by itself is right, check the dependencies too.
    yield from conflicts or _unresolved(file, lines, version, copy)


def constraint_rules(file: Path, version: str) -> Iterator[RuleBroken]:
    """Yield what is wrong with the `--constraint` line of a file, for a deployment of Airflow `version`."""
    lines = read(file)
    wanted = f'--constraint "{constraints.address(version)}"'
    found = [(line, match["place"].strip("\"' ")) for line in lines if (match := _CONSTRAINT.match(line.text))]
    if not found:
        yield ConstraintMissing(f"{file.name} has no --constraint line. Begin it with: {wanted}")
    for line, place in found:
        # A file in MWAA's DAG folder is accepted too, if its name contains both versions.
        if f"constraints-{version}" not in place or f"constraints-{constraints.PYTHON}" not in place:
            yield ConstraintOther(
                f"{file.name}, line {line.number}, takes the constraints of another version: {place}. The deployment's "
                f"Airflow is {version}, on Python {constraints.PYTHON}. Write: {wanted} and below it the provider's "
                f"version from locks/mwaa-{version}.in. Or change airflow_version."
            )


def _requirements(lines: list[Line]) -> Iterator[Line]:
    return (line for line in lines if not line.text.startswith("-"))


def _conflicts(file: Path, lines: list[Line], copy: Path) -> Iterator[RuleBroken]:
    pins = {canonicalize_name(name): pin for name, _, pin in (line.text.partition("==") for line in read(copy))}
    for line in _requirements(lines):
        try:
            requirement = Requirement(line.text)
        except InvalidRequirement as error:
            yield RequirementUnreadable(f"{file.name}, line {line.number}: {line.text}: {error}. Write NAME==VERSION.")
            continue
        pin = pins.get(canonicalize_name(requirement.name))
        if pin and not requirement.specifier.contains(pin, prereleases=True):
            yield RequirementConflict(
                f"{file.name}, line {line.number}, asks for {requirement}, and the constraints allow "
                f"{requirement.name}=={pin} only ({copy.name}). Write that, or leave the line out."
            )


def _unresolved(file: Path, lines: list[Line], version: str, copy: Path) -> Iterator[RuleBroken]:
    """Resolve the requirements with uv, as pip does on MWAA. Yield an error with the reason if there is no solution."""
    wanted = [line.text for line in lines if not _CONSTRAINT.match(line.text)]
    command = [str(constraints.UV), "pip", "compile", "--quiet", "-", "--constraint", str(copy)]
    command += ["--python-version", constraints.PYTHON, "--python-platform", constraints.PLATFORM]
    done = subprocess.run(
        command,
        input="\n".join([*wanted, f"apache-airflow=={version}"]),
        cwd=file.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        yield RequirementsUnresolved(
            f"{file.name} cannot be installed beside Airflow {version} under its constraints ({copy.name}). Choose "
            f"other versions of the packages named here:\n{done.stderr.strip()}"
        )
