"""The base class of the steps of a walk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

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
            httpx.HTTPError: Airflow refuses the step, because the target has changed, or is too busy to answer.
            StackError: Airflow refuses to start a run.
        """


class Missed(Exception):
    """Raised when a step came too late: a task or run had ended meanwhile."""
