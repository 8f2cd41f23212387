"""All checks of the preflight, and how they are run."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from botocore.exceptions import BotoCoreError, ClientError

from infra.check_result import Result, State
from infra.preflight import (
    airflow_service,
    availability_zones,
    bootstrap,
    dag_bucket,
    existing_names,
    existing_network,
    network_limits,
    service_linked_roles,
    vcpu_quotas,
)
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

#: The modules of the checks. Each has a `NAME` and a function `check(account, deployment)` that returns a result.
CHECKS: tuple[ModuleType, ...] = (
    bootstrap,
    existing_names,
    availability_zones,
    network_limits,
    vcpu_quotas,
    service_linked_roles,
    airflow_service,
    existing_network,
    dag_bucket,
)


def run_checks(account: Account, deployment: PlannedDeployment) -> Iterator[Result]:
    """Yield the result of each check. If AWS does not answer a check's calls, its result is unknown."""
    for module in CHECKS:
        try:
            yield module.check(account, deployment)
        except (ClientError, BotoCoreError) as error:
            advice = "This does not stop the deployment. Allow the call to check it."
            yield Result(module.NAME, State.UNKNOWN, str(error), advice)
