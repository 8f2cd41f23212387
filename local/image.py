"""The builds of the real container images, with docker or podman."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from local.errors import StackError
from local.paths import ROOT
from local.resources import IMAGE, TRAINER_IMAGE
from standin.execution.base_image import base_image_options
from standin.execution.container_engine import find_engine
from standin.execution.trainer_base_image import BaseImageFailed, trainer_base_image_options


def build_image() -> None:
    """Build the image with the demo model.

    Raises:
        StackError: No engine works, or the build failed. The message contains the end of the build's output.
    """
    engine = _find_engine()
    _build(engine, IMAGE, "transcriber_image/Dockerfile", ["--build-arg", "MODEL=demo", *base_image_options(engine)])


def build_trainer_image() -> None:
    """Build the image that teaches and evaluates models.

    Raises:
        StackError: No engine works, or the build failed. The message contains the end of the build's output.
    """
    engine = _find_engine()
    try:
        options = trainer_base_image_options(engine)
    except BaseImageFailed as error:
        raise StackError(f"The base image of {TRAINER_IMAGE} could not be built:\n{error}") from error
    _build(engine, TRAINER_IMAGE, "trainer_image/Dockerfile", options)


def _find_engine() -> str:
    engine = find_engine()
    if engine is None:
        raise StackError(
            "RUNNER=container needs docker or podman, and neither answers. Start one of them, or leave RUNNER out."
        )
    return engine


def _build(engine: str, image: str, dockerfile: str, options: Sequence[str]) -> None:
    command = [engine, "build", "--tag", image, *options, "--file", dockerfile, "."]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if build.returncode:
        raise StackError(f"The image {image} could not be built:\n{build.stdout[-2000:]}{build.stderr[-4000:]}")
