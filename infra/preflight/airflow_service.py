"""Check that MWAA answers in the region. MWAA has no call that lists the versions of Airflow that it offers."""

from __future__ import annotations

from botocore.exceptions import ConnectionError as ConnectionFailed
from botocore.exceptions import EndpointConnectionError

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "MWAA"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """List the environments of the region."""
    try:
        names = list(account.pages("mwaa", "list_environments", "Environments"))
    except (EndpointConnectionError, ConnectionFailed):
        text = f"MWAA has no endpoint in {account.region} that this machine can reach"
        return failed(NAME, text, "Choose a region that has MWAA with -c region=…, or check the network and its proxy.")
    exists = deployment.environment in names
    return ok(NAME, f"{len(names)} environments" + (f", one of them {deployment.environment}" if exists else ""))
