"""The identity of an attempt at a job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AttemptId:
    """The identity of an attempt: the name of the job, the number of the child and the number of the attempt."""

    job: str
    #: The child's index in the array; 0 for a single job.
    child: int
    #: Counted from 1.
    attempt: int
