"""Steps of the people who own recordings: they upload and delete them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.walk.step import Step
from tests.support.walk.uploads import NAMES
from tests.support.walk.world import World


class Upload(Step):
    """Upload a recording whose name is not in `input/`: a new one, or one that a run has moved."""

    weight = 5

    def targets(self, world: World) -> Sequence[str]:
        return [name for name in NAMES if name not in world.view.waiting]

    def take(self, world: World, target: str) -> None:
        world.uploads.upload_speech(target, world.random.randrange(100))


class Replace(Step):
    """Upload another recording with the name of one that is still in `input/`."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return [name for name in world.view.waiting if name in world.uploads.history]

    def take(self, world: World, target: str) -> None:
        world.uploads.upload_speech(target, world.random.randrange(100))


class UploadAgain(Step):
    """Upload an unchanged recording again, as a daily `aws s3 sync` does."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return [name for name, _ in world.uploads.kept()]

    def take(self, world: World, target: str) -> None:
        world.uploads.upload_again(target)


class UploadNoise(Step):
    """Upload a file that is not audio."""

    def targets(self, world: World) -> Sequence[str]:
        return NAMES

    def take(self, world: World, target: str) -> None:
        world.uploads.upload_noise(target)


class Delete(Step):
    """Delete a recording that is still in `input/`."""

    weight = 2

    def targets(self, world: World) -> Sequence[str]:
        return [name for name in world.view.waiting if name in world.uploads.history and name not in world.denied]

    def take(self, world: World, target: str) -> None:
        world.uploads.delete(target)
