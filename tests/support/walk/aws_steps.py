"""Steps of AWS: it refuses, throttles, loses answers and takes machines away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.support.walk.step import Step
from tests.support.walk.world import World
from transcription.contract import keys


class AwsFault(Step):
    """A fault that the stand-in causes. Each kind of fault is ordered again only after it has happened."""

    #: The fields of the fault, by the target's name.
    faults: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: The words in the logs of a run that turned red because of the fault, or an empty text if no run may do so.
    words: ClassVar[str] = ""

    def targets(self, world: World) -> Sequence[str]:
        kinds = {fault["kind"] for fault in self.faults.values()}
        return [] if any(fault["kind"] in kinds for fault in world.view.faults) else list(self.faults)

    def take(self, world: World, target: str) -> None:
        if self.words:
            world.explain(self.name, self.words)
        world.pipeline.add_fault(**self.faults[target])


class Throttle(AwsFault):
    """Batch throttles an action, fewer times than clients retry."""

    faults: ClassVar = {
        "SubmitJob": {"kind": "throttle", "action": "SubmitJob", "times": 5},
        "DescribeJobs": {"kind": "throttle", "action": "DescribeJobs", "times": 3},
    }


class LoseAnswer(AwsFault):
    """AWS carries out a request, and the answer is lost."""

    weight = 2
    faults: ClassVar = {
        action: {"kind": "lose_answer", "action": action, "times": 1, "callers": "others"}
        for action in ("SubmitJob", "COPY processed/", "PUT runs/", "POST ?delete")
    }


class ReclaimMachine(AwsFault):
    """Spot takes a machine away once, at one of the requests of a child, with a notice or without."""

    weight = 3
    faults: ClassVar = {
        f"at request {number}{' with notice' if notice else ''}": {
            "kind": "spot_reclaim",
            "at_request": number,
            "notice_seconds": notice,
            "attempt": 1,
            "times": 1,
        }
        for number in (1, 3, 5, 7)
        for notice in (0, 10)
    }


class HideImage(AwsFault):
    """The image cannot be pulled once."""

    faults: ClassVar = {"once": {"kind": "image_pull", "attempt": 2, "times": 1}}


class RunOutOfMemory(AwsFault):
    """A child needs more memory than it has. Batch does not start it again."""

    words = "OutOfMemory"
    faults: ClassVar = {"once": {"kind": "out_of_memory", "times": 1}}


class LackMachines(AwsFault):
    """Batch finds no machine until the faults end."""

    words = "JOB_STUCK"
    faults: ClassVar = {"for now": {"kind": "stuck"}}


class DenyObject(Step):
    """S3 refuses one kind of access to one object, until the faults end."""

    weight = 3
    #: The key of the object by the recording's name, and the kind of access.
    accesses: ClassVar = {
        "reading input": (lambda name: keys.INPUT_FOLDER + name, "GET"),
        "deleting input": (lambda name: keys.INPUT_FOLDER + name, "DELETE"),
        "writing processed": (lambda name: keys.PROCESSED_FOLDER + name, "PUT"),
        "writing output": (lambda name: keys.transcript_json(keys.name_of(keys.INPUT_FOLDER + name)), "PUT"),
        "reading output": (lambda name: keys.transcript_json(keys.name_of(keys.INPUT_FOLDER + name)), "GET"),
    }

    def targets(self, world: World) -> Sequence[str]:
        names = [name for name in world.view.waiting if name in world.uploads.history]
        return [f"{access}: {name}" for access in self.accesses for name in names] if len(world.denied) < 2 else []

    def take(self, world: World, target: str) -> None:
        access, _, name = target.partition(": ")
        key_of, method = self.accesses[access]
        world.denied.add(name)
        if access == "reading output":
            world.uploads.hidden.add(name)
        world.explain(target, f"{keys.INPUT_FOLDER}{name}")
        world.pipeline.add_fault(kind="deny", methods=[method], prefix=key_of(name))


class EndFaults(Step):
    """Everything that AWS refused works again."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return ["all"] if world.view.faults else []

    def take(self, world: World, target: str) -> None:
        world.end_faults()
