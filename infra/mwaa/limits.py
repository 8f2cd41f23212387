"""Limits of MWAA: environment classes, and the names, options and counts that its API accepts.

Sources, read in November 2026: the API's own description (CreateEnvironment, in the AWS SDK) and the MWAA User Guide,
https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html and mwaa-quotas.html. AWS documents no
limit for the size of the DAG folder or of requirements.txt, nor for the number of options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.mwaa.errors import ClassUnknown, CountInvalid, NameInvalid, OptionInvalid, RuleBroken

NAME = r"[a-zA-Z][0-9a-zA-Z-_]*"
NAME_LENGTH = 80
OPTION_KEY = r"[a-z]+([a-z0-9._]*[a-z0-9_]+)?"
OPTION_KEY_LENGTH = 64
#: Printable ASCII, without line breaks.
OPTION_VALUE = r"[ -~]+"
OPTION_VALUE_LENGTH = 65_536
SUBNETS = 2
SECURITY_GROUPS = (1, 5)
#: The maximum number of workers of an environment. AWS raises it on request.
MOST_WORKERS = 25


@dataclass(frozen=True)
class EnvironmentClass:
    """The capacity of an environment class, which is MWAA's name for a size of environments."""

    #: The number of tasks that a worker runs at once, unless `celery.worker_autoscale` says otherwise.
    tasks: int
    #: The number of DAGs that the class is made for.
    dags: int
    #: Memory of a worker, in GB. On mw1.micro, the scheduler uses a part of it.
    memory: int
    #: The smallest and the largest number of each. mw1.micro does not scale.
    workers: tuple[int, int] = (1, MOST_WORKERS)
    web_servers: tuple[int, int] = (2, 5)
    schedulers: tuple[int, int] = (2, 5)


CLASSES: Mapping[str, EnvironmentClass] = {
    "mw1.micro": EnvironmentClass(3, 25, 3, workers=(1, 1), web_servers=(1, 1), schedulers=(1, 1)),
    "mw1.small": EnvironmentClass(5, 50, 2),
    "mw1.medium": EnvironmentClass(10, 200, 4),
    "mw1.large": EnvironmentClass(20, 1_000, 8),
    "mw1.xlarge": EnvironmentClass(40, 2_000, 24),
    "mw1.2xlarge": EnvironmentClass(80, 4_000, 48),
}


def environment_class(name: str) -> EnvironmentClass:
    """Return the capacity of an environment class.

    Args:
        name: The name of the class, such as `mw1.small`.

    Raises:
        ClassUnknown: MWAA has no such class.
    """
    if name not in CLASSES:
        raise ClassUnknown(f"MWAA has no environment class {name}. Choose one of {', '.join(CLASSES)}.")
    return CLASSES[name]


def broken_rules(properties: Mapping[str, Any]) -> Iterator[RuleBroken]:
    """Yield the rules that the properties of an `AWS::MWAA::Environment` break.

    Values that are known only during the deployment, such as the name of a bucket, are not checked.
    """
    yield from _name(properties.get("Name"))
    for key, value in properties.get("AirflowConfigurationOptions", {}).items():
        yield from _option(key, value)
    network = properties.get("NetworkConfiguration", {})
    yield from _count("SubnetIds", network.get("SubnetIds"), (SUBNETS, SUBNETS))
    yield from _count("SecurityGroupIds", network.get("SecurityGroupIds"), SECURITY_GROUPS)
    try:
        size = environment_class(properties.get("EnvironmentClass", "mw1.small"))
    except ClassUnknown as error:
        yield error
        return
    for least, most, bounds in (
        ("MinWorkers", "MaxWorkers", size.workers),
        ("MinWebservers", "MaxWebservers", size.web_servers),
        ("Schedulers", "Schedulers", size.schedulers),
    ):
        yield from _range(properties, least, most, bounds)


def _name(name: object) -> Iterator[RuleBroken]:
    if isinstance(name, str) and not (re.fullmatch(NAME, name) and len(name) <= NAME_LENGTH):
        yield NameInvalid(
            f"MWAA refuses the environment name {name!r}. Begin it with a letter, and use at most {NAME_LENGTH} "
            "letters, digits, - and _."
        )


def _option(key: str, value: object) -> Iterator[RuleBroken]:
    if not (re.fullmatch(OPTION_KEY, key) and len(key) <= OPTION_KEY_LENGTH):
        yield OptionInvalid(
            f"MWAA refuses the Airflow option {key!r}. Write section.option, in lower case, at most "
            f"{OPTION_KEY_LENGTH} characters."
        )
    if isinstance(value, str) and not (re.fullmatch(OPTION_VALUE, value) and len(value) <= OPTION_VALUE_LENGTH):
        yield OptionInvalid(
            f"MWAA refuses the value {value[:40]!r} of the Airflow option {key}. Write 1 to {OPTION_VALUE_LENGTH:,} "
            "characters of ASCII. If the value is empty, leave the option out."
        )


def _count(what: str, given: object, bounds: tuple[int, int]) -> Iterator[RuleBroken]:
    if isinstance(given, list) and not bounds[0] <= len(given) <= bounds[1]:
        wanted = f"{bounds[0]} to {bounds[1]}" if bounds[0] < bounds[1] else f"exactly {bounds[0]}"
        yield CountInvalid(f"{what} names {len(given)}; MWAA requires {wanted}.")


def _range(properties: Mapping[str, Any], least: str, most: str, bounds: tuple[int, int]) -> Iterator[RuleBroken]:
    name = properties.get("EnvironmentClass", "mw1.small")
    given = {key: properties[key] for key in dict.fromkeys((least, most)) if isinstance(properties.get(key), int)}
    for key, value in given.items():
        if not bounds[0] <= value <= bounds[1]:
            yield CountInvalid(f"{key} is {value}; {name} has {bounds[0]} to {bounds[1]}.")
    if given.get(least, 0) > given.get(most, given.get(least, 0)):
        yield CountInvalid(f"{least} is {given[least]}, more than {most}, which is {given[most]}. Swap them.")
