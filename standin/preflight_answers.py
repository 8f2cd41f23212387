"""Answers that moto lacks and the preflight of a deployment asks for: quotas of EC2, and the name of a role."""

from __future__ import annotations

from typing import Any

from moto.iam import models as iam_models
from moto.servicequotas.models import ServiceQuotasBackend

#: Quotas of EC2 by their codes: their names, and the values of an account that has been used for a while.
#: Source: Service Quotas, Amazon EC2.
_EC2_QUOTAS = {
    "L-34B43A08": ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 640.0),
    "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 640.0),
    "L-0263D0A3": ("EC2-VPC Elastic IPs", 5.0),
}
_quota_of_moto = ServiceQuotasBackend.get_service_quota


def install() -> None:
    """Add the answers to moto."""
    ServiceQuotasBackend.get_service_quota = _get_service_quota  # type: ignore[method-assign, assignment]
    # moto calls the role AWSServiceRoleForspot.
    iam_models.SERVICE_NAME_CONVERSION["spot"] = "EC2Spot"


def _get_service_quota(backend: ServiceQuotasBackend, service_code: str, quota_code: str) -> dict[str, Any]:
    """Return a quota: one of EC2, or one that moto knows.

    Raises:
        NoSuchResource: neither has it.
    """
    if service_code != "ec2" or quota_code not in _EC2_QUOTAS:
        return _quota_of_moto(backend, service_code, quota_code)
    name, value = _EC2_QUOTAS[quota_code]
    return {"ServiceCode": service_code, "QuotaCode": quota_code, "QuotaName": name, "Value": value}
