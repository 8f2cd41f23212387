"""SubmitJob's request, checked and put together with its job definition."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from moto.batch.exceptions import ClientException
from moto.batch.models import BatchBackend, JobDefinition, JobQueue

from standin.batch import retries
from standin.batch.jobs import Submission

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
#: Source: AWS Batch User Guide, "Array jobs".
_ARRAY_SIZES = range(2, 10_001)
#: Refused rather than ignored: a job that silently runs otherwise than asked proves nothing.
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


def read(request: Mapping[str, Any], backend: BatchBackend) -> Submission:
    """The submission that `request` describes.

    Raises:
        ClientException: AWS would refuse it, or the local Batch cannot do it; the message says why.
    """
    for name in _UNSUPPORTED:
        _check(not request.get(name), f"The local Batch does not support {name}.")
    name = request["jobName"]
    _check(_NAME.fullmatch(name) is not None, f"Job name {name!r} must be 1 to 128 letters, digits, '-' and '_'.")
    queue, definition = _queue(request["jobQueue"], backend), _definition(request["jobDefinition"], backend)
    container = _container(definition, request.get("containerOverrides") or {})
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
    """How many children the job has; nothing for a single job.

    Raises:
        ClientException: AWS would refuse the size.
    """
    size = (request.get("arrayProperties") or {}).get("size")
    _check(
        size is None or size in _ARRAY_SIZES,
        f"Array size {size} must be from {_ARRAY_SIZES[0]} to {_ARRAY_SIZES[-1]}.",
    )
    return size


def _queue(identifier: str, backend: BatchBackend) -> JobQueue:
    queue = backend.get_job_queue(identifier)
    if queue is None:
        raise ClientException(f"Job queue {identifier} does not exist")
    _check(queue.state == "ENABLED", f"Job queue {identifier} is {queue.state}.")
    return queue


def _definition(identifier: str, backend: BatchBackend) -> JobDefinition:
    definition = backend.get_job_definition(identifier)
    if definition is None or definition.status != "ACTIVE":
        raise ClientException(f"Job definition {identifier} does not exist or is not active")
    _check(definition.container_properties is not None, "The local Batch runs jobs with containerProperties only.")
    return definition


def _container(definition: JobDefinition, overrides: Mapping[str, Any]) -> dict[str, Any]:
    unsupported = overrides.keys() - _OVERRIDES
    _check(not unsupported, f"The local Batch does not support overriding {', '.join(sorted(unsupported))}.")
    container = copy.deepcopy(definition.container_properties or {})
    container["command"] = overrides.get("command") or container["command"]
    container["environment"] = _merge(container, overrides, "environment", "name")
    container["resourceRequirements"] = _merge(container, overrides, "resourceRequirements", "type")
    return container


def _merge(container: Mapping[str, Any], overrides: Mapping[str, Any], what: str, by: str) -> list[dict[str, str]]:
    merged = {entry[by]: entry for entry in [*container[what], *overrides.get(what, ())]}
    return list(merged.values())


def _requirement(container: Mapping[str, Any], kind: str) -> str:
    for entry in container["resourceRequirements"]:
        if entry["type"] == kind:
            return str(entry["value"])
    older = {"VCPU": "vcpus", "MEMORY": "memory"}  # how job definitions said it before resourceRequirements
    return str(container[older[kind]])


def _fill_in(word: str, parameters: Mapping[str, str]) -> str:
    return re.sub(r"Ref::([\w-]+)", lambda found: parameters.get(found[1], found[0]), word)


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ClientException(message)
