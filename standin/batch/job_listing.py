"""The pages of ListJobs. Source of the rules: AWS Batch API Reference, ListJobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.batch.exceptions import ClientException

from standin.batch.jobs import AnyJob, Status
from standin.batch.retries import matches

#: The largest number of jobs on a page, without and with a filter.
_MAX_PAGE = 1000
_MAX_FILTERED_PAGE = 100


def page(jobs: Sequence[AnyJob], request: Mapping[str, Any]) -> tuple[Sequence[AnyJob], str | None]:
    """Select the jobs of one page of a listing.

    Args:
        jobs: all jobs of a queue or an array, in the order of submission.
        request: the body of the ListJobs request.

    Returns:
        The jobs, and the token of the next page. The token is None on the last page.

    Raises:
        ClientException: AWS would refuse the filter, the status or the token of the request.
    """
    filters = request.get("filters")
    if filters and not request.get("arrayJobId"):
        selected = [job for job in reversed(jobs) if _passes(job, filters)]  # AWS lists the most recent job first
    else:
        status = request.get("jobStatus") or Status.RUNNING
        if status not in set(Status):
            raise ClientException(f"jobStatus {status} is not one of {', '.join(Status)}.")
        selected = [job for job in jobs if job.status == status]
    start = _position(request.get("nextToken"))
    end = start + min(request.get("maxResults") or _MAX_PAGE, _MAX_FILTERED_PAGE if filters else _MAX_PAGE)
    return selected[start:end], str(end) if end < len(selected) else None


def _position(token: str | None) -> int:
    if token and not token.isdigit():
        raise ClientException(f"nextToken {token!r} is not one that ListJobs gave.")
    return int(token or 0)


def _passes(job: AnyJob, filters: Sequence[Mapping[str, Any]]) -> bool:
    if len(filters) != 1:
        raise ClientException("Only one filter can be used at a time.")
    name, values = filters[0]["name"], filters[0]["values"]
    return any(_matches(job, name, value) for value in values)


def _matches(job: AnyJob, name: str, value: str) -> bool:
    definition = job.submission.definition
    match name:
        case "JOB_NAME":
            return matches(value.lower(), job.submission.name.lower())
        case "JOB_DEFINITION":
            return value == definition.arn or matches(value, definition.name)
        case "BEFORE_CREATED_AT":
            return job.created_at < int(value)
        case "AFTER_CREATED_AT":
            return job.created_at > int(value)
        case _:
            raise ClientException(f"The stand-in does not support the filter {name}.")
