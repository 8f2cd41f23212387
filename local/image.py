"""The build of the real container image, with docker or podman."""

from __future__ import annotations

import subprocess

from local.errors import StackError
from local.paths import ROOT
from local.resources import IMAGE
from standin.execution.base_image import base_image_options
from standin.execution.container_engine import find_engine


def build_image() -> None:
    """Build the image with the demo model.

    Raises:
        StackError: No engine works, or the build failed. The message contains the end of the build's output.
    """
    engine = find_engine()
    if engine is None:
        raise StackError(
            "RUNNER=container needs docker or podman, and neither answers. Start one of them, or leave RUNNER out."
        )
    command = [engine, "build", "--build-arg", "MODEL=demo", "--tag", IMAGE]
    command += [*base_image_options(engine), "--file", "transcriber_image/Dockerfile", "."]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if build.returncode:
        raise StackError(f"The image could not be built:\n{build.stdout[-2000:]}{build.stderr[-4000:]}")
