"""The program that finds what MWAA would refuse, before a deployment: `python -m infra.mwaa`.

The program checks requirements.txt, the plugins and the DAGs for the version of Airflow and the environment class in
cdk.json. With `--templates cdk.out`, it reads the version and the class from the templates in that folder, and also
checks the other properties of the environment.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.cdk_context import read_settings
from infra.cloud_assembly import CloudAssembly
from infra.errors import DeploymentError
from infra.mwaa import dags, limits, plugins, requirements
from infra.mwaa.errors import RuleBroken
from infra.paths import DAGS, PLUGINS, REQUIREMENTS, ROOT

Properties = Mapping[str, Any]


def _requirements(chosen: argparse.Namespace, environment: Properties) -> Iterator[RuleBroken]:
    yield from requirements.broken_rules(chosen.requirements, environment["AirflowVersion"])


def _dags(chosen: argparse.Namespace, environment: Properties) -> Iterator[RuleBroken]:
    version = environment["AirflowVersion"]
    with tempfile.TemporaryDirectory() as folder:
        archive = chosen.plugins
        if archive.is_dir():
            archive = plugins.build_plugins_zip(archive, Path(folder) / "plugins.zip")
        broken = list(plugins.broken_rules(archive))
        yield from broken
        if not broken:
            options = environment.get("AirflowConfigurationOptions", {})
            loaded = dags.load(chosen.dags.resolve(), archive, version, options)
            yield from dags.broken_rules(loaded, version, environment["EnvironmentClass"])


def _environment(chosen: argparse.Namespace, environment: Properties) -> Iterator[RuleBroken]:
    yield from limits.broken_rules(environment)


CHECKS: dict[str, Callable[[argparse.Namespace, Properties], Iterator[RuleBroken]]] = {
    "environment": _environment,
    "requirements": _requirements,
    "dags": _dags,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.mwaa", description="Check MWAA's rules before deploying.")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"{', '.join(CHECKS)} (default: all)")
    parser.add_argument("--airflow", metavar="VERSION", help="instead of the one in cdk.json")
    parser.add_argument("--class", dest="airflow_class", metavar="CLASS", help="instead of the one in cdk.json")
    parser.add_argument("--requirements", type=Path, default=REQUIREMENTS, metavar="FILE")
    parser.add_argument("--plugins", type=Path, default=PLUGINS, metavar="FOLDER or ZIP")
    parser.add_argument("--dags", type=Path, default=DAGS, metavar="FOLDER")
    parser.add_argument("--templates", type=Path, metavar="FOLDER", help="what `cdk synth` wrote: cdk.out")
    chosen = parser.parse_args()
    if unknown := set(chosen.checks) - set(CHECKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    return chosen


def _environments(chosen: argparse.Namespace) -> list[Properties]:
    """Return the properties of each MWAA environment: all from the templates, or name, version and class from cdk.json.

    Raises:
        DeploymentError: There are no templates, or a setting in cdk.json is wrong.
    """
    if chosen.templates:
        return [resource.properties for resource in CloudAssembly(chosen.templates).of_type("AWS::MWAA::Environment")]
    settings = read_settings(json.loads((ROOT / "cdk.json").read_text())["context"])
    version, size = chosen.airflow or settings.airflow_version, chosen.airflow_class or settings.airflow_class
    return [{"Name": settings.name, "AirflowVersion": version, "EnvironmentClass": size}]


def _broken(chosen: argparse.Namespace, environment: Properties) -> Iterator[DeploymentError]:
    for name in chosen.checks or CHECKS:
        # A deployment without internet access has no requirements.txt.
        if name == "requirements" and chosen.templates and "RequirementsS3Path" not in environment:
            continue
        try:
            yield from CHECKS[name](chosen, environment)
        except RuleBroken as error:
            yield error


def main() -> int:
    """Run the checks that the command line names, and print the broken rules.

    Returns:
        The exit code: 1 if a rule is broken or a setting is wrong, otherwise 0.
    """
    chosen = _arguments()
    try:
        environments = _environments(chosen)
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    broken = [error for environment in environments for error in _broken(chosen, environment)]
    for rule in broken:
        print(rule, file=sys.stderr)
    if not environments:
        print("No environment of MWAA is created, so there is nothing to check.")
    if not broken:
        for environment in environments:
            name, version = environment["Name"], environment["AirflowVersion"]
            print(f"{name}: no rule of MWAA is broken (Airflow {version}, {environment['EnvironmentClass']}).")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
