"""The identity of an attempt at a job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AttemptId:
    """Which attempt at which job: the job's name, the child and the attempt."""

    job: str
    #: The index in the array; 0 for a single job.
    child: int
    #: Counted from 1.
    attempt: int
