"""Checks that each setting of a deployment has a permitted value."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infra import airflow_options, machine_types
from infra.errors import ContextInvalid
from transcription.contract.audio_endings import parse_endings
from transcription.contract.errors import SettingInvalid

if TYPE_CHECKING:
    from infra.settings import DeploymentSettings

#: Source: Amazon CloudWatch Logs API Reference, PutRetentionPolicy.
_LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653))
#: The values of settings that allow only some.
_CHOICES = {
    "image_model": ("official", "demo"),
    "network": ("nat", "nat-instance", "endpoints"),
    "airflow": ("new", "existing", "none"),
    "webserver_access": ("public", "private"),
    # Source: Amazon MWAA User Guide, "Configuring the Amazon MWAA environment class".
    "airflow_class": ("mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"),
    "log_days": _LOG_DAYS,
}
#: The smallest and the largest value of numbers.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "processed_days": (0, 36_500),
    "old_version_days": (1, 36_500),
    "spot_vcpus": (1, 10_000),
    "on_demand_vcpus": (0, 10_000),
    "vcpus": (1, machine_types.MAX_VCPUS),
    "memory": (1024, 30_000),
    "disk_gigabytes": (50, 16_000),
    "monthly_budget": (0, 1_000_000),
    "missed_run_hours": (2, 168),  # CloudWatch evaluates 7 days at most
    "start_limit_minutes": (10, 1440),  # the bounds of Batch
}
#: The pattern of texts, and what it means.
_PATTERNS = {
    # MWAA allows 80 characters, and the names of the stacks are longer than this name.
    "name": (r"[a-z][a-z0-9-]{0,29}", "up to 30 lower case letters, digits and '-', a letter first"),
    # `us-gov-west-1` has four parts. Source: AWS General Reference, "AWS service endpoints".
    "region": (r"|[a-z]{2,4}(-[a-z]+)+-\d+", "a region, such as eu-central-1, or empty"),
    "airflow_version": (r"3\.\d+\.\d+", "a version of Airflow that MWAA offers, such as 3.2.1"),
    # `g` after the generation means Arm. Source: Amazon EC2 Instance Types, "Naming conventions".
    "machine_families": (r"[cmr]\d+[a-fh-z]*(\s*,\s*[cmr]\d+[a-fh-z]*)*", "families of x86 machines, such as c6i,m6i"),
    # Source: Docker Documentation, "docker image tag".
    "base_image": (
        r"|[\w.:-]+(/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?",
        "the name of an image, such as registry.example.org/python:3.9-slim-bookworm@sha256:…, or empty",
    ),
    "patched": (r"[\w.:-]{0,50}", "up to 50 letters, digits, '.', ':' and '-', such as 2026-12"),
    "alert_mail": (r"|[^@\s]+@[^@\s]+", "a mail address, or empty"),
    "vpc_id": (r"|vpc-[0-9a-f]{8,17}", "the id of a VPC, such as vpc-0a1b2c3d, or empty"),
    "subnet_ids": (
        r"|subnet-[0-9a-f]{8,17}(\s*,\s*subnet-[0-9a-f]{8,17})*",
        "ids of subnets, such as subnet-1a2b3c4d,subnet-5e6f7a8b, or empty",
    ),
    # Source: Amazon MWAA API Reference, CreateEnvironment.
    "airflow_environment": (r"|[a-zA-Z][0-9a-zA-Z_-]{0,79}", "the name of an MWAA environment, or empty"),
    # Source: Amazon S3 User Guide, "General purpose bucket naming rules".
    "dag_bucket": (r"|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, or empty"),
    # The CDK writes the folder into the key of a tag, which is short.
    "dag_prefix": (
        r"|(?=.{1,60}$)[\w.-]+(/[\w.-]+)*/?",
        "a folder of up to 60 letters, digits, _ . - and /, without a / at the start, or empty",
    ),
}
#: The name and the id of an availability zone. Local zones, which MWAA cannot use, have other forms.
#: Source: Amazon EC2 User Guide, "Regions and Zones".
ZONE_NAME = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+[a-z]")
_ZONE_ID = re.compile(r"[a-z]+\d+-az\d+")
#: The pattern of an Airflow option by its type, and what it means.
_OPTION_PATTERNS = {
    "int": (r"\d+", "a whole number"),
    "float": (r"\d+(\.\d*)?", "a number"),
    "bool": (r"true|false", "true or false"),
}


def check_settings(settings: DeploymentSettings) -> None:
    """Check the value of each setting by itself. `setting_combinations` checks the settings together.

    Raises:
        ContextInvalid: A setting is wrong; the message names it.
    """
    for name, choices in _CHOICES.items():
        value = getattr(settings, name)
        check(value in choices, name, value, f"one of {', '.join(map(str, choices))}")
    for name, (smallest, largest) in _BOUNDS.items():
        value = getattr(settings, name)
        check(smallest <= value <= largest, name, value, f"from {smallest:,} to {largest:,}")
    for name, (pattern, meaning) in _PATTERNS.items():
        value = getattr(settings, name)
        check(re.fullmatch(pattern, value) is not None, name, value, meaning)
    for name, value in settings.transcription.items():
        _check_option(name, value)
    _check_disk(settings)


def check(is_right: bool, name: str, value: Any, meaning: str) -> None:
    """Raise an error if the value of a setting is wrong.

    Args:
        is_right: Whether the value is right.
        name: The setting, or `transcription.{option}`.
        value: The value.
        meaning: What the value must be, for the message.

    Raises:
        ContextInvalid: The value is wrong.
    """
    if not is_right:
        raise ContextInvalid(
            f"{name} is {value!r}; it must be {meaning}. Set it in cdk.json or with -c {name.partition('.')[0]}=…."
        )


def is_zone_id(zone: str) -> bool:
    """Return whether an availability zone is given by its id, such as `use1-az1`, and not by its name."""
    return _ZONE_ID.fullmatch(zone) is not None


#: Patterns of Airflow options that are text, and what they mean. Airflow itself checks the numbers of the schedule.
_TEXT_OPTION_PATTERNS = {
    "schedule": (
        r"[^\s]+( [^\s]+){4}|@(hourly|daily|weekly|monthly)",
        "a cron expression of five parts, such as 0 1 * * *",
    ),
}


def _check_option(name: str, value: str) -> None:
    """Check that an Airflow option exists, can be set, and has a value of its type. The DAG itself checks the bounds.

    Raises:
        ContextInvalid: One of these is wrong.
    """
    free_options = airflow_options.free_options()
    meaning = f"an option of [transcription] that does not follow from the deployment: {', '.join(free_options)}"
    check(name in free_options, f"transcription.{name}", value, meaning)
    pattern, meaning = _TEXT_OPTION_PATTERNS.get(name) or _OPTION_PATTERNS.get(
        airflow_options.option_type(name), (r".*", "text")
    )
    check(re.fullmatch(pattern, value) is not None, f"transcription.{name}", value, meaning)
    if name == "time_zone":
        is_zone = value in zoneinfo.available_timezones()
        check(is_zone, f"transcription.{name}", value, "a name of the IANA time zone database, such as Europe/Vienna")
    if name == "audio_endings":
        try:
            parse_endings(value)
        except SettingInvalid as error:
            raise ContextInvalid(
                f"transcription.{error.message} Set it in cdk.json or with -c transcription=…."
            ) from error


def _check_disk(settings: DeploymentSettings) -> None:
    """Check that the disk of a machine is large enough for the largest file of each of its children.

    Raises:
        ContextInvalid: The disk is too small.
    """
    default = airflow_options.default_number("max_file_megabytes")
    largest_file = int(settings.transcription.get("max_file_megabytes", default))
    smallest_disk = machine_types.min_disk_gigabytes(settings.vcpus, largest_file)
    check(
        settings.disk_gigabytes >= smallest_disk,
        "disk_gigabytes",
        settings.disk_gigabytes,
        f"{smallest_disk} or more, because each child of a machine stores a file of up to {largest_file:,} MiB and a "
        "model",
    )
