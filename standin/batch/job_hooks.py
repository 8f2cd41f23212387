"""Hooks into the life of jobs and attempts, for a layer that disturbs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.batch.attempt_id import AttemptId

if TYPE_CHECKING:
    from standin.batch.jobs import Job
    from standin.execution.attempt import Attempt
    from standin.server.api_call import ApiCall


class JobHooks:
    """Hooks that do nothing; `standin.faults.job_faults` has those that do."""

    def job_waits(self, job: Job) -> None:
        """Hold or release a job that waits for its start. Called under the scheduler's lock."""

    def image_error(self, attempt_id: AttemptId) -> str | None:
        """Return why the image of an attempt cannot be pulled; None if it can."""

    def attempt_started(self, attempt: Attempt) -> None:
        """Take note of an attempt whose command has started. Called under the attempt's lock."""

    def attempt_calls(self, attempt: Attempt, call: ApiCall) -> None:
        """Take note of an API call of an attempt before it is carried out; a killed attempt gets no response."""

    def attempt_ended(self, attempt: Attempt) -> None:
        """Take note of an attempt that has ended. Called under the attempt's lock."""
