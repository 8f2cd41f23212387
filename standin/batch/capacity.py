"""How many vCPUs of each compute environment are in use."""

from __future__ import annotations

from collections import defaultdict

from moto.batch.models import ComputeEnvironment, JobQueue


class Capacity:
    """What attempts use of the compute environments. Guarded by the scheduler's lock."""

    def __init__(self) -> None:
        self._used: dict[str, float] = defaultdict(float)

    def room(self, queue: JobQueue, vcpus: float) -> ComputeEnvironment | None:
        """The first environment of `queue` with so many free vCPUs."""
        for environment in queue.environments:
            if environment.state == "ENABLED" and self._used[environment.arn] + vcpus <= _most(environment):
                return environment
        return None

    def take(self, environment: ComputeEnvironment, vcpus: float) -> None:
        """Use `vcpus` from now on."""
        self._used[environment.arn] += vcpus

    def give_back(self, environment: ComputeEnvironment, vcpus: float) -> None:
        """Use them no longer."""
        self._used[environment.arn] -= vcpus


def suffices(queue: JobQueue, vcpus: float) -> bool:
    """Whether a job of so many vCPUs fits into an environment of `queue` that runs nothing else."""
    return any(_most(environment) >= vcpus for environment in queue.environments)


def _most(environment: ComputeEnvironment) -> float:
    return float(environment.compute_resources["maxvCpus"])
