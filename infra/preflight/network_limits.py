"""Check that the region has room for another VPC and another Elastic IP address."""

from __future__ import annotations

from infra.check_result import Result, failed, ok
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "network limits"
#: Source: Service Quotas, Amazon VPC: "VPCs per Region"; Amazon EC2: "EC2-VPC Elastic IPs".
_VPCS = ("vpc", "L-F678F1CE")
_ADDRESSES = ("ec2", "L-0263D0A3")


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Compare the VPCs and addresses that exist, and those of the deployment, with the quotas."""
    if not deployment.network_stack or account.stack_status(deployment.network_stack):
        return ok(NAME, "the network exists")
    vpcs = sum(1 for _ in account.pages("ec2", "describe_vpcs", "Vpcs"))
    addresses = len(account.client("ec2").describe_addresses()["Addresses"])
    counts = [("VPCs", vpcs, 1, _VPCS), ("Elastic IP addresses", addresses, deployment.addresses, _ADDRESSES)]
    texts, requests = [], []
    for what, existing, more, (service, code) in counts:
        quota = int(account.quota(service, code))
        if existing + more > quota:
            texts.append(f"{existing} of {quota} {what} are in use, and the deployment needs {more} more")
            requests.append(
                f"aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code} "
                f"--desired-value {existing + more}"
            )
    if texts:
        return failed(NAME, "; ".join(texts), f"Delete unused ones, or request more: {'; '.join(requests)}")
    return ok(NAME, f"{vpcs} VPCs and {addresses} Elastic IP addresses exist")
