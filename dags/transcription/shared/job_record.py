"""The record of a run's Batch jobs, `runs/{run}/job.json`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FailedChild:
    """A child of a Batch job that failed after all retries."""

    job_id: str
    reason: str
    #: Address of the child's log in the CloudWatch console; empty if its container never started.
    log: str

    @property
    def index(self) -> int:
        """The number of the child's shard. A plain job has shard 0."""
        return int(self.job_id.rpartition(":")[2]) if ":" in self.job_id else 0


@dataclass(frozen=True)
class Job:
    """The newest Batch job of a run, and the machine time of all its jobs."""

    run: str
    #: Empty if no job was submitted yet.
    job_id: str
    job_name: str
    #: The job's status when this record was written.
    status: str = "SUBMITTED"
    #: Number of jobs that the run has submitted. A further job follows only after a failure, for the missing results.
    jobs: int = 1
    #: vCPUs multiplied by the hours they were held, over all attempts of all jobs.
    vcpu_hours: float = 0.0
    #: Failed children of the newest job.
    failed: tuple[FailedChild, ...] = ()
    #: The shard set of the newest job; empty in records of release 0.2.
    draft: str = ""
    #: Batch's reason for the status of the newest job; empty if Batch gives none.
    reason: str = ""
    #: The attempt of the task that is submitting a job, by the id of its task instance; empty if none is.
    submitter: str = ""
