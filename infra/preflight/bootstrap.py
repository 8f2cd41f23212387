"""Check that the account has the CDK's bootstrap, in a version that is new enough."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "bootstrap"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Compare the version of the account's bootstrap with the version that the stacks need."""
    try:
        parameter = account.client("ssm").get_parameter(Name=deployment.bootstrap_parameter)["Parameter"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return failed(NAME, f"{account.region} of this account is not bootstrapped", "Run: make bootstrap")
    version = int(parameter["Value"])
    if version < deployment.bootstrap_version:
        text = f"version {version}; the stacks need {deployment.bootstrap_version}"
        return failed(NAME, text, "Run again: make bootstrap")
    return ok(NAME, f"version {version}")
