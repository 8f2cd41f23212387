"""`python -m infra.mwaa`: say what MWAA would refuse, before it takes 20 to 40 minutes to say so itself.

Without arguments it checks the repository: requirements.txt, the plugins and the DAGs, for the Airflow and the environment
class that cdk.json chooses. With `--templates cdk.out` it also checks the environment that the CDK app describes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.mwaa import dags, limits, plugins, requirements, template
from infra.mwaa.errors import RuleBroken
from infra.settings import read_file

_ROOT = Path(__file__).resolve().parents[2]


def _requirements(chosen: argparse.Namespace) -> Iterator[RuleBroken]:
    yield from requirements.broken_rules(chosen.requirements, chosen.airflow)


def _plugins_and_dags(chosen: argparse.Namespace) -> Iterator[RuleBroken]:
    with tempfile.TemporaryDirectory() as folder:
        archive = chosen.plugins
        if archive.is_dir():
            archive = plugins.build_plugins_zip(archive, Path(folder) / "plugins.zip")
        broken = list(plugins.broken_rules(archive))
        yield from broken
        if not broken:
            loaded = dags.load(chosen.dags.resolve(), archive, chosen.airflow)
            yield from dags.broken_rules(loaded, chosen.airflow, chosen.airflow_class)


def _environment(chosen: argparse.Namespace) -> Iterator[RuleBroken]:
    if chosen.templates:
        for properties in template.environments(chosen.templates):
            yield from limits.broken_rules(properties)


CHECKS: dict[str, Callable[[argparse.Namespace], Iterator[RuleBroken]]] = {
    "requirements": _requirements,
    "dags": _plugins_and_dags,
    "environment": _environment,
}


def _arguments() -> argparse.Namespace:
    settings = read_file()
    parser = argparse.ArgumentParser(prog="python -m infra.mwaa", description="Check MWAA's rules before deploying.")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"{', '.join(CHECKS)} (default: all)")
    parser.add_argument("--airflow", default=settings.airflow_version, metavar="VERSION", help="default: %(default)s")
    parser.add_argument("--class", dest="airflow_class", default=settings.airflow_class, help="default: %(default)s")
    parser.add_argument("--requirements", type=Path, default=_ROOT / "requirements.txt", metavar="FILE")
    parser.add_argument("--plugins", type=Path, default=_ROOT / "plugins", metavar="FOLDER or ZIP")
    parser.add_argument("--dags", type=Path, default=_ROOT / "dags", metavar="FOLDER")
    parser.add_argument("--templates", type=Path, metavar="FOLDER", help="what `cdk synth` wrote, such as cdk.out")
    chosen = parser.parse_args()
    if unknown := set(chosen.checks) - set(CHECKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    return chosen


def _broken(chosen: argparse.Namespace) -> Iterator[RuleBroken]:
    for name in chosen.checks or CHECKS:
        try:
            yield from CHECKS[name](chosen)
        except RuleBroken as error:
            yield error


def main() -> int:
    """Check what the command line names.

    Returns:
        The exit code.
    """
    chosen = _arguments()
    broken = list(_broken(chosen))
    for error in broken:
        print(f"{error}\n", file=sys.stderr)
    if not broken:
        print(f"MWAA's rules hold: Airflow {chosen.airflow}, {chosen.airflow_class}.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
