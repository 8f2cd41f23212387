"""Check that the service-linked role for Spot machines exists, which Batch cannot create."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "service-linked roles"
_ROLE = "AWSServiceRoleForEC2Spot"


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Look for the role. Batch, ECS and MWAA create theirs with the rights of the deployer.

    Source: AWS Batch User Guide, "Amazon EC2 Spot fleet role".
    """
    try:
        account.client("iam").get_role(RoleName=_ROLE)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        advice = "Run: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
        return failed(NAME, f"{_ROLE} does not exist, so no Spot machine can start", advice)
    return ok(NAME, f"{_ROLE} exists")
