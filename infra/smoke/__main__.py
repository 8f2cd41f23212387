"""The program behind `make smoke`: `python -m infra.smoke --templates cdk.out`.

It proves that the deployment in the templates works, with the deployer's credentials, and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws_clients import make_clients
from infra.check_result import State, print_result
from infra.errors import DeploymentError
from infra.preflight.planned_deployment import read_deployment
from infra.smoke.airflow_api import AirflowApi, MwaaApi
from infra.smoke.deployed import Deployed, find_deployment
from infra.smoke.errors import AirflowUnknown
from infra.smoke.plain_airflow_api import PlainAirflowApi
from infra.smoke.smoke_test import smoke_test


def main() -> int:
    """Run the smoke test, and print a line for each check.

    Returns:
        The exit code: 1 if a check failed, otherwise 0.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.smoke", description=__doc__)
    parser.add_argument("--templates", type=Path, default=Path("cdk.out"), metavar="FOLDER", help="of `cdk synth`")
    parser.add_argument("--minutes", type=float, default=60, help="how long the run may take")
    chosen = parser.parse_args()
    try:
        return _test(chosen.templates, chosen.minutes * 60)
    except (DeploymentError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1


def _test(templates: Path, limit: float) -> int:
    planned = read_deployment(templates)
    session = boto3.Session(region_name=planned.region or None)
    client = make_clients(session)
    deployed = find_deployment(client, planned.name)
    airflow = _airflow(client, deployed)
    version = airflow.call("GET", "/version")["version"]
    print(f"{deployed.name} in {session.region_name}, Airflow {version}, {platform.platform()}")
    results = []
    for result in smoke_test(client, deployed, airflow, limit):
        print_result(result)
        results.append(result)
    return 1 if any(result.state is State.FAILED for result in results) else 0


def _airflow(client: Callable[[str], Any], deployed: Deployed) -> AirflowApi:
    """Return the REST API of the MWAA environment, or of the Airflow that the environment variables name.

    Raises:
        AirflowUnknown: The deployment has no MWAA environment, and the variables are not set.
    """
    if deployed.environment:
        return MwaaApi(client("mwaa"), deployed.environment)
    address, token = os.environ.get("AIRFLOW_ADDRESS", ""), os.environ.get("AIRFLOW_TOKEN", "")
    if not (address and token):
        raise AirflowUnknown(
            f"{deployed.name} has no MWAA environment. Set AIRFLOW_ADDRESS to the address of your Airflow, such as "
            "https://airflow.example.org, and AIRFLOW_TOKEN to a token of its REST API."
        )
    return PlainAirflowApi(address, token)


if __name__ == "__main__":
    sys.exit(main())
