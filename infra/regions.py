"""What AWS lacks in some regions, and the region in which a deployment is made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from infra.setting_checks import check

if TYPE_CHECKING:
    from infra.settings import DeploymentSettings

#: Regions in which MWAA cannot wait for tasks. Source: Amazon MWAA User Guide, "Update an Amazon MWAA environment".
_WITHOUT_GRACEFUL_UPDATES: Final = frozenset({"ca-west-1", "ap-southeast-5"})
#: Regions in which CloudFormation cannot create a budget. Source: the list of resource types by region in cfn-lint.
WITHOUT_BUDGETS: Final = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2"),
        *("ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"),
        *("ca-west-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
        *("il-central-1", "me-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"),
    }
)


def deployment_region(settings: DeploymentSettings) -> str:
    """Return the region of the deployment: the setting, or that of the credentials. Empty if nothing names one.

    The CDK's command line passes the region of `AWS_REGION` or of the profile as `CDK_DEFAULT_REGION`.
    """
    return settings.region or os.environ.get("CDK_DEFAULT_REGION", "")


def check_budget(settings: DeploymentSettings) -> None:
    """Check that CloudFormation can create the budget of the settings in the region of the deployment.

    Raises:
        ContextInvalid: It cannot.
    """
    region = deployment_region(settings)
    is_possible = not settings.monthly_budget or region not in WITHOUT_BUDGETS
    meaning = (
        f"0 in {region}, where CloudFormation has no budgets; create one in the console of AWS Budgets, for the tag "
        f"deployment={settings.name}"
    )
    check(is_possible, "monthly_budget", settings.monthly_budget, meaning)


def can_update_gracefully(settings: DeploymentSettings) -> bool:
    """Return whether an update of the MWAA environment can wait for the tasks at work, up to 12 hours."""
    return settings.airflow_class != "mw1.micro" and deployment_region(settings) not in _WITHOUT_GRACEFUL_UPDATES
