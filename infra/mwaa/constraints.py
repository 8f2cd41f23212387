"""`python -m infra.mwaa.constraints`: make the copies of Airflow's constraints in `locks/` again.

MWAA installs requirements.txt under the constraints that Airflow published on GitHub with its release. The copies let
the same be checked where GitHub cannot be reached, and always with the same outcome. The first line of a copy says what
it is: Airflow's own file, or, made where that could not be reached, what Airflow's way of making it gives again:
everything that `apache-airflow[all]` needs, resolved as of the day that Airflow took, with the pins of MWAA's image.
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
#: What MWAA's images run. https://docs.aws.amazon.com/mwaa/latest/userguide/airflow-versions.html
PYTHON = "3.12"
#: MWAA's machines, for packages that are built per platform.
PLATFORM = "x86_64-manylinux_2_28"

#: Releases, with the last day on which a package had to be there to be in the release's constraints: they are made
#: some days before the release, and leave out what is newer than four days.
RELEASES = {"3.0.6": "2025-08-24", "3.2.1": "2026-04-17", "3.3.1": "2026-08-08"}
#: Airflow's own parts are released later than that day.
_PARTS = ("apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk", "apache-airflow-providers-amazon")
_LATER = "2026-10-01"


def address(version: str) -> str:
    """Where Airflow publishes the constraints of a version."""
    return f"https://raw.githubusercontent.com/apache/airflow/constraints-{version}/constraints-{PYTHON}.txt"


def copy(version: str) -> Path:
    """The copy of the constraints of a version.

    Raises:
        VersionUnknown: there is none.
    """
    if version not in RELEASES:
        raise VersionUnknown(
            f"Airflow {version} is none of {', '.join(RELEASES)}, the versions that this project is tested with. Set "
            "airflow_version to one of them."
        )
    return LOCKS / f"constraints-{version}.txt"


def published(url: str) -> str:
    """The constraints at `url`, and where they come from.

    Raises:
        OSError: it cannot be reached.
    """
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  (made above, always https)
        return f"# From {url}\n{answer.read().decode()}"


def resolved(version: str) -> str:
    """The constraints as uv resolves them, and how.

    Raises:
        subprocess.CalledProcessError: uv finds no solution; it has said why.
    """
    day = RELEASES[version]
    wanted = f"apache-airflow[all]=={version}\n{(LOCKS / f'mwaa-{version}.in').read_text()}"
    if version != "3.0.6":
        wanted += "numpy>=2\n"  # or uv rather goes back to a Snowflake provider of two years before
    command = [str(UV), "pip", "compile", "--quiet", "--no-emit-index-url", "--no-header", "--no-annotate", "-"]
    command += ["--python-version", PYTHON, "--python-platform", PLATFORM, "--exclude-newer", day]
    command += [f"--exclude-newer-package={part}={_LATER}" for part in _PARTS]
    done = subprocess.run(command, input=wanted, stdout=subprocess.PIPE, text=True, check=True)
    return (
        f"# Not Airflow's own file, which could not be reached, but apache-airflow[all]=={version} as of {day}, with\n"
        f"# the pins of MWAA's image: nearly the same. `make constraints` fetches {address(version)}\n{done.stdout}"
    )


def main() -> None:
    """Make the copies again that the command line names, or all."""
    for version in sys.argv[1:] or RELEASES:
        try:
            text = published(address(version))
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"{address(version)} cannot be reached ({error}); resolving it instead …", file=sys.stderr)
            text = resolved(version)
        copy(version).write_text(text)


if __name__ == "__main__":
    main()
