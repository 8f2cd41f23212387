"""The copies of Airflow's constraints in `locks/`. The command `python -m infra.mwaa.constraints` updates them.

Constraints are a file with one allowed version for each package. MWAA installs requirements.txt under the constraints
that Airflow publishes on GitHub with each release. With a copy, requirements.txt can be checked where GitHub cannot be
reached, and the result is always the same.

The first line of a copy names its source. It is Airflow's own file, if that could be reached. Otherwise uv resolved
everything that `apache-airflow[all]` needs, as of the day that Airflow used, with the pins of MWAA's image.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from infra.mwaa.errors import VersionUnknown
from infra.paths import ROOT

LOCKS = ROOT / "locks"
UV = ROOT / ".local" / "uv" / "bin" / "uv"
#: The Python of MWAA's images. Source: https://docs.aws.amazon.com/mwaa/latest/userguide/airflow-versions.html
PYTHON = "3.12"
#: The platform of MWAA's machines.
PLATFORM = "x86_64-manylinux_2_28"

#: The last upload day of packages in the constraints of each release. Airflow makes them some days before the release,
#: without packages that are newer than four days.
RELEASES = {"3.0.6": "2025-08-24", "3.2.1": "2026-04-17", "3.3.1": "2026-08-08"}
#: Airflow's own packages are uploaded after that day.
_PARTS = ("apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk", "apache-airflow-providers-amazon")
_LATER = "2026-10-01"


def address(version: str) -> str:
    """Return the URL at which Airflow publishes the constraints of one of its versions."""
    return f"https://raw.githubusercontent.com/apache/airflow/constraints-{version}/constraints-{PYTHON}.txt"


def copy(version: str) -> Path:
    """Return the path of the copy of a version's constraints.

    Raises:
        VersionUnknown: The project has no copy for this version.
    """
    if version not in RELEASES:
        raise VersionUnknown(
            f"Airflow {version} is not one of the versions that this project is tested with: {', '.join(RELEASES)}. "
            "Set airflow_version to one of them."
        )
    return LOCKS / f"constraints-{version}.txt"


def published(url: str) -> str:
    """Download constraints. Return them below a line with their URL.

    Raises:
        OSError: The URL cannot be reached.
    """
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  (made above, always https)
        return f"# From {url}\n{answer.read().decode()}"


def resolved(version: str) -> str:
    """Resolve a version's constraints with uv. Return them below lines that say so.

    Raises:
        subprocess.CalledProcessError: uv finds no solution; it has printed the reason.
    """
    day = RELEASES[version]
    wanted = f"apache-airflow[all]=={version}\n{(LOCKS / f'mwaa-{version}.in').read_text()}"
    if version != "3.0.6":
        wanted += "numpy>=2\n"  # otherwise uv chooses a Snowflake provider that is two years older
    command = [str(UV), "pip", "compile", "--quiet", "--no-emit-index-url", "--no-header", "--no-annotate", "-"]
    command += ["--python-version", PYTHON, "--python-platform", PLATFORM, "--exclude-newer", day]
    command += [f"--exclude-newer-package={part}={_LATER}" for part in _PARTS]
    done = subprocess.run(command, input=wanted, stdout=subprocess.PIPE, text=True, check=True)
    return (
        f"# Not Airflow's own file, which could not be reached, but apache-airflow[all]=={version} as of {day}, with\n"
        f"# the pins of MWAA's image: nearly the same. `make constraints` fetches {address(version)}\n{done.stdout}"
    )


def main() -> None:
    """Update the copies for the versions on the command line, or for all versions if there are none."""
    for version in sys.argv[1:] or RELEASES:
        try:
            text = published(address(version))
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"{address(version)} cannot be reached ({error}); resolving it instead …", file=sys.stderr)
            text = resolved(version)
        copy(version).write_text(text)


if __name__ == "__main__":
    main()
