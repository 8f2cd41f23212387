"""Checks that the settings of a deployment do not contradict each other, and that each of them has an effect."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from infra import job
from infra.setting_checks import ZONE_NAME, check, is_zone_id

if TYPE_CHECKING:
    from infra.settings import DeploymentSettings

#: The number of subnets of an MWAA environment. Source: Amazon MWAA API Reference, NetworkConfiguration.
_MWAA_SUBNETS = 2
#: The prefix length of the largest range of addresses from which a private web server is reached.
_LARGEST_RANGE = 8
#: The settings of an environment that the deployment creates.
_OF_A_NEW_AIRFLOW = ("airflow_version", "airflow_class", "webserver_access", "webserver_ranges")


def check_combinations(settings: DeploymentSettings) -> None:
    """Check all settings together. Each of them has a permitted value already.

    Raises:
        ContextInvalid: Two settings contradict each other; the message names one of them and what it must be.
    """
    _check_zones(settings)
    _check_existing(settings)
    _check_without_effect(settings)
    _check_ranges(settings)
    _check_vcpus(settings)
    meaning = "0 without alert_mail, because AWS Budgets sends mail"
    is_possible = bool(settings.alert_mail) or not settings.monthly_budget
    check(is_possible, "monthly_budget", settings.monthly_budget, meaning)


def _check_zones(settings: DeploymentSettings) -> None:
    """Check that the zones are two names or two ids, and that the names belong to the region.

    Raises:
        ContextInvalid: They are not.
    """
    zones = settings.zone_list
    check(len(zones) in (0, 2) and len(zones) == len(set(zones)), "zones", settings.zones, "two different zones")
    is_named = all(ZONE_NAME.fullmatch(zone) for zone in zones)
    has_ids = all(is_zone_id(zone) for zone in zones)
    meaning = "two names, such as us-east-1a,us-east-1b, or two ids, such as use1-az1,use1-az2"
    check(is_named or has_ids, "zones", settings.zones, meaning)
    if zones and is_named and settings.region:
        belong = all(zone[:-1] == settings.region for zone in zones)
        check(belong, "zones", settings.zones, f"zones of the region {settings.region}, such as {settings.region}a")


def _check_existing(settings: DeploymentSettings) -> None:
    """Check the settings about a network and an Airflow that exist already.

    Raises:
        ContextInvalid: They do not go together.
    """
    subnets = settings.subnet_list
    check(bool(settings.vpc_id) == bool(subnets), "subnet_ids", settings.subnet_ids, "given exactly if vpc_id is")
    check(not (settings.vpc_id and settings.zones), "zones", settings.zones, "empty with vpc_id, whose subnets decide")
    check(len(set(subnets)) == len(subnets), "subnet_ids", settings.subnet_ids, "different subnets")
    creates_airflow = settings.airflow == "new"
    is_right = len(subnets) == _MWAA_SUBNETS or not (subnets and creates_airflow)
    check(is_right, "subnet_ids", settings.subnet_ids, "two subnets in two zones, which a new Airflow needs")
    is_existing = settings.airflow == "existing"
    for name, is_needed, is_possible in (
        ("airflow_environment", is_existing, is_existing),
        ("dag_bucket", is_existing, not creates_airflow),
    ):
        value = getattr(settings, name)
        check(bool(value) or not is_needed, name, value, "given with airflow=existing")
        check(not value or is_possible, name, value, f"empty with airflow={settings.airflow}")


def _check_ranges(settings: DeploymentSettings) -> None:
    """Check that the ranges of a private web server are ranges of IPv4 addresses, and not the whole internet.

    Raises:
        ContextInvalid: They are not.
    """
    name, ranges = "webserver_ranges", settings.webserver_ranges
    is_private = settings.webserver_access == "private"
    check(is_private or not ranges, name, ranges, "empty with webserver_access=public")
    for text in settings.webserver_range_list:
        try:
            prefix_length = ipaddress.IPv4Network(text).prefixlen
        except ValueError:
            prefix_length = 0
        check(prefix_length >= _LARGEST_RANGE, name, ranges, "ranges of IPv4 addresses, /8 or smaller: 10.0.0.0/16")


def _check_without_effect(settings: DeploymentSettings) -> None:
    """Check that nothing is set that this deployment would ignore.

    Raises:
        ContextInvalid: A setting would have no effect.
    """

    def check_default(name: str, has_effect: bool, reason: str) -> None:
        value, default = getattr(settings, name), getattr(type(settings), name)
        check(has_effect or value == default, name, value, f"{default!r}, the default, {reason}")

    for name in _OF_A_NEW_AIRFLOW:
        check_default(name, settings.airflow == "new", f"with airflow={settings.airflow}, which creates no environment")
    check_default("dag_prefix", settings.airflow != "new", "with airflow=new, whose bucket holds nothing else")
    check_default(
        "missed_run_hours", settings.airflow != "none", "with airflow=none, whose runs CloudWatch does not know"
    )
    is_possible = not settings.vpc_id or settings.network != "nat-instance"
    meaning = "nat or endpoints with vpc_id, because nothing of an existing network is changed"
    check(is_possible, "network", settings.network, meaning)


def _check_vcpus(settings: DeploymentSettings) -> None:
    """Check that the machines have room for a child, and for a teaching if the deployment teaches.

    Raises:
        ContextInvalid: They have not.
    """
    needed = max(settings.vcpus, job.TEACH_VCPUS if settings.teaching else 0)
    meaning = f"{needed} or more, for a teaching" if needed > settings.vcpus else f"vcpus, {needed}, or more"
    for name in ("spot_vcpus", "on_demand_vcpus"):
        value = getattr(settings, name)
        is_off = name == "on_demand_vcpus" and value == 0
        check(value >= needed or is_off, name, value, meaning)
