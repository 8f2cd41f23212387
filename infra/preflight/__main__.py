"""The program behind `make preflight`: `python -m infra.preflight --templates cdk.out`.

It asks the AWS account, with read-only calls, whether the deployment in the templates can be created.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws_clients import make_clients
from infra.check_result import Result, State, failed, ok, print_result
from infra.errors import DeploymentError
from infra.preflight.account import Account
from infra.preflight.checks import run_checks
from infra.preflight.planned_deployment import PlannedDeployment, read_deployment


def main() -> int:
    """Check the account, and print a line for each check, with advice below those that need some.

    Returns:
        The exit code: 1 if a check failed, otherwise 0.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.preflight", description=__doc__)
    parser.add_argument("--templates", type=Path, default=Path("cdk.out"), metavar="FOLDER", help="of `cdk synth`")
    try:
        deployment = read_deployment(parser.parse_args().templates)
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    has_failed = False
    for result in preflight(deployment):
        print_result(result)
        has_failed |= result.state is State.FAILED
    if has_failed:
        print("The deployment would fail. Nothing was created.", file=sys.stderr)
    return 1 if has_failed else 0


def preflight(deployment: PlannedDeployment) -> list[Result]:
    """Check the credentials and, if they are valid, everything else, and return the results."""
    try:
        session = boto3.Session(region_name=deployment.region or None)
        if not session.region_name:
            advice = "Set AWS_REGION, or deploy with -c region=…"
            return [failed("credentials", "no region is chosen", advice)]
        client = make_clients(session)
        identity = client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        return [failed("credentials", str(error), "Sign in: `aws sts get-caller-identity` must answer.")]
    account = Account(client, session.region_name)
    return [
        ok("credentials", f"{identity['Arn']}, account {identity['Account']}, region {session.region_name}"),
        *run_checks(account, deployment),
    ]


if __name__ == "__main__":
    sys.exit(main())
