"""The submission of a job: a SubmitJob request, checked and merged with its job definition."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.batch.exceptions import ClientException
from moto.batch.models import BatchBackend, JobDefinition, JobQueue

from standin.batch import retries
from standin.batch.retries import RetryStrategy

_JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
#: Source: AWS Batch User Guide, "Array jobs".
_ARRAY_SIZES = range(2, 10_001)
#: Fields that are refused. If the stand-in ignored them, a test that uses them would prove nothing.
_UNSUPPORTED = (
    "consumableResourcePropertiesOverride",
    "dependsOn",
    "ecsPropertiesOverride",
    "eksPropertiesOverride",
    "nodeOverrides",
    "schedulingPriorityOverride",
    "shareIdentifier",
)
_OVERRIDES = {"command", "environment", "resourceRequirements"}


@dataclass(frozen=True)
class Submission:
    """A submitted job with the values of its job definition. All children of an array share one submission."""

    name: str
    queue: JobQueue
    definition: JobDefinition
    #: `containerProperties` of the job definition, merged with the overrides of the request.
    container: Mapping[str, Any]
    #: The container's command with the parameters filled in.
    command: tuple[str, ...]
    parameters: Mapping[str, str]
    vcpus: float
    #: In MiB.
    memory: int
    retry: RetryStrategy
    #: `retryStrategy` and `timeout` as DescribeJobs returns them.
    described: Mapping[str, Any]
    #: The limit of each attempt, in seconds; None for no limit.
    timeout: float | None
    tags: Mapping[str, str]


def read(request: Mapping[str, Any], backend: BatchBackend) -> Submission:
    """Read a submission from the body of a SubmitJob request.

    Raises:
        ClientException: AWS would refuse the request, or the stand-in does not support it.
    """
    for name in _UNSUPPORTED:
        _check(not request.get(name), f"The stand-in does not support {name}.")
    name = request["jobName"]
    _check(_JOB_NAME.fullmatch(name) is not None, f"Job name {name!r} must be 1 to 128 letters, digits, '-' and '_'.")
    queue, definition = _find_queue(request["jobQueue"], backend), _find_definition(request["jobDefinition"], backend)
    container = _merge_container(definition, request.get("containerOverrides") or {})
    parameters = {**definition.parameters, **(request.get("parameters") or {})}
    retry = request.get("retryStrategy") or definition.retry_strategy
    timeout = request.get("timeout") or definition.timeout
    try:
        strategy = retries.parse(retry)
    except ValueError as error:
        raise ClientException(str(error)) from error
    return Submission(
        name=name,
        queue=queue,
        definition=definition,
        container=container,
        command=tuple(_fill_in(word, parameters) for word in container["command"]),
        parameters=parameters,
        vcpus=float(_requirement(container, "VCPU")),
        memory=int(_requirement(container, "MEMORY")),
        retry=strategy,
        described={"retryStrategy": retry or {"attempts": 1}} | ({"timeout": timeout} if timeout else {}),
        timeout=timeout["attemptDurationSeconds"] if timeout else None,
        tags=request.get("tags") or {},
    )


def array_size(request: Mapping[str, Any]) -> int | None:
    """Return the number of children; None for a single job.

    Raises:
        ClientException: AWS would refuse the size.
    """
    size = (request.get("arrayProperties") or {}).get("size")
    _check(
        size is None or size in _ARRAY_SIZES,
        f"Array size {size} must be from {_ARRAY_SIZES[0]} to {_ARRAY_SIZES[-1]}.",
    )
    return size


def _find_queue(identifier: str, backend: BatchBackend) -> JobQueue:
    queue = backend.get_job_queue(identifier)
    if queue is None:
        raise ClientException(f"Job queue {identifier} does not exist")
    _check(queue.state == "ENABLED", f"Job queue {identifier} is {queue.state}.")
    return queue


def _find_definition(identifier: str, backend: BatchBackend) -> JobDefinition:
    definition = backend.get_job_definition(identifier)
    if definition is None or definition.status != "ACTIVE":
        raise ClientException(f"Job definition {identifier} does not exist or is not active")
    _check(definition.container_properties is not None, "The stand-in runs jobs with containerProperties only.")
    return definition


def _merge_container(definition: JobDefinition, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the container properties of a job definition, merged with the overrides of a submission."""
    unsupported = overrides.keys() - _OVERRIDES
    _check(not unsupported, f"The stand-in does not support overriding {', '.join(sorted(unsupported))}.")
    container = copy.deepcopy(definition.container_properties or {})
    container["command"] = overrides.get("command") or container["command"]
    container["environment"] = _merge_entries(container, overrides, "environment", "name")
    container["resourceRequirements"] = _merge_entries(container, overrides, "resourceRequirements", "type")
    return container


def _merge_entries(
    container: Mapping[str, Any], overrides: Mapping[str, Any], list_name: str, key: str
) -> list[dict[str, str]]:
    """Return the entries of two lists as one list. An override replaces the entry with the same value of `key`."""
    entries = {entry[key]: entry for entry in [*container[list_name], *overrides.get(list_name, ())]}
    return list(entries.values())


def _requirement(container: Mapping[str, Any], kind: str) -> str:
    """Return the resource requirement `kind` of a container: `VCPU`, or `MEMORY` in MiB."""
    for entry in container["resourceRequirements"]:
        if entry["type"] == kind:
            return str(entry["value"])
    older_names = {"VCPU": "vcpus", "MEMORY": "memory"}  # in job definitions older than resourceRequirements
    return str(container[older_names[kind]])


def _fill_in(word: str, parameters: Mapping[str, str]) -> str:
    """Return a word of the command with each `Ref::name` replaced by the parameter `name`.

    A `Ref::name` without a parameter of this name stays.
    """
    return re.sub(r"Ref::([\w-]+)", lambda match: parameters.get(match[1], match[0]), word)


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ClientException(message)
