"""The base class of the steps of a walk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import httpx

from tests.support.walk.world import World


class Step(ABC):
    """Something that people, AWS or the loss of a machine do to the stack."""

    #: How often the step is drawn, compared with other possible steps.
    weight: ClassVar[int] = 1

    @property
    def name(self) -> str:
        """The name of the step in the log of the walk."""
        return type(self).__name__

    @abstractmethod
    def targets(self, world: World) -> Sequence[str]:
        """Return what the step can be done to at this moment. The walk chooses one; without any, another step."""

    @abstractmethod
    def take(self, world: World, target: str) -> None:
        """Do the step, and note in `world` what it allows afterwards.

        Raises:
            Missed: The target has changed since `targets` was called, so that nothing was done.
        """


class Missed(Exception):
    """Raised when a step came too late: a task or run had ended meanwhile."""


@contextmanager
def miss_on_conflict() -> Iterator[None]:
    """Turn Airflow's answer 409 Conflict into `Missed`: the run or task has changed since the walk looked at it."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.CONFLICT:
            raise Missed(error.response.text) from error
        raise
