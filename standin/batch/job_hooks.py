"""Hooks: methods that the scheduler and the attempts call at fixed points, so that a layer can interfere with jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.batch.attempt_id import AttemptId

if TYPE_CHECKING:
    from standin.batch.jobs import Job
    from standin.execution.attempt import Attempt
    from standin.server.api_call import ApiCall


class JobHooks:
    """Hooks that do nothing. The layer of faults replaces them with `standin.faults.job_faults`."""

    def job_waits(self, job: Job) -> None:
        """Decide whether a waiting job may start: hold it or release it. The scheduler calls this under its lock."""

    def image_error(self, attempt_id: AttemptId) -> str | None:
        """Return why the image of an attempt cannot be pulled; None if it can be pulled."""

    def attempt_started(self, attempt: Attempt) -> None:
        """React to the start of an attempt's command. The attempt calls this under its lock."""

    def attempt_calls(self, attempt: Attempt, call: ApiCall) -> None:
        """React to an API call of an attempt before the call is carried out.

        If this hook kills the attempt, the call is not carried out and gets no response.
        """

    def attempt_ended(self, attempt: Attempt) -> None:
        """React to the end of an attempt. The attempt calls this under its lock."""
