"""The vCPUs that are in use in each compute environment."""

from __future__ import annotations

from collections import defaultdict

from moto.batch.models import ComputeEnvironment, JobQueue


class Capacity:
    """The vCPUs that attempts use in each compute environment. Callers hold the scheduler's lock."""

    def __init__(self) -> None:
        self._used: dict[str, float] = defaultdict(float)

    def find_environment(self, queue: JobQueue, vcpus: float) -> ComputeEnvironment | None:
        """Return the first enabled compute environment of `queue` with `vcpus` free vCPUs; None if there is none."""
        for environment in queue.environments:
            if environment.state == "ENABLED" and self._used[environment.arn] + vcpus <= _max_vcpus(environment):
                return environment
        return None

    def reserve(self, environment: ComputeEnvironment, vcpus: float) -> None:
        """Reserve vCPUs for an attempt."""
        self._used[environment.arn] += vcpus

    def release(self, environment: ComputeEnvironment, vcpus: float) -> None:
        """Release the vCPUs of an attempt that has ended."""
        self._used[environment.arn] -= vcpus


def suffices(queue: JobQueue, vcpus: float) -> bool:
    """Return whether any compute environment of `queue` is large enough for a job with `vcpus` vCPUs."""
    return any(_max_vcpus(environment) >= vcpus for environment in queue.environments)


def _max_vcpus(environment: ComputeEnvironment) -> float:
    return float(environment.compute_resources["maxvCpus"])
