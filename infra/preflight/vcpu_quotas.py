"""Check that the quotas of the account allow as many vCPUs as Batch may start."""

from __future__ import annotations

from infra.check_result import Result, State, failed, ok
from infra.machine_types import smallest_machine
from infra.preflight.account import Account
from infra.preflight.planned_deployment import PlannedDeployment

NAME = "vCPU quotas"
#: The vCPUs of the NAT instance, which counts as an on-demand machine.
_NAT_INSTANCE_VCPUS = 2


def check(account: Account, deployment: PlannedDeployment) -> Result:
    """Compare the account's quotas with the maximum numbers of vCPUs.

    A quota below one machine lets every job wait until it is ended. A quota below the maximum only makes runs slower.
    """
    # Source: Service Quotas, Amazon EC2: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests" and "Running
    # On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances".
    wanted = {
        "spot_vcpus": ("Spot", "L-34B43A08", deployment.spot_vcpus),
        "on_demand_vcpus": ("on demand", "L-1216C47A", deployment.on_demand_vcpus),
    }
    quotas = {setting: int(account.quota("ec2", code)) for setting, (_, code, _) in wanted.items()}
    if deployment.nat_instance:
        on_demand = quotas["on_demand_vcpus"]
        if on_demand < _NAT_INSTANCE_VCPUS:
            advice = f"Request {_NAT_INSTANCE_VCPUS} or more of the quota L-1216C47A, or deploy with -c network=nat."
            return failed(NAME, f"{on_demand} on demand: the NAT instance cannot start", advice)
        quotas["on_demand_vcpus"] = on_demand - _NAT_INSTANCE_VCPUS
    text = ", ".join(f"{quotas[setting]} {kind} (maximum {most})" for setting, (kind, _, most) in wanted.items())
    low = [setting for setting, (_, _, most) in wanted.items() if quotas[setting] < most]
    if not low:
        return ok(NAME, text)
    machine = smallest_machine(deployment.container_vcpus)
    requests = "; ".join(
        f"aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {wanted[setting][1]} "
        f"--desired-value {wanted[setting][2]}"
        for setting in low
    )
    flags = " ".join(f"-c {setting}={max(quotas[setting], machine)}" for setting in low)
    if max(quotas[setting] for setting, (_, _, most) in wanted.items() if most) < machine:
        return failed(NAME, f"{text}: no machine can start, and jobs wait", f"Request more: {requests}")
    return Result(NAME, State.WARNING, f"{text}: runs take longer", f"Deploy with {flags}, or request more: {requests}")
