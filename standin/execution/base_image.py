"""The base image of the container image, on a machine that cannot pull it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_DOCKERFILE = Path(__file__).parents[2] / "transcriber_image" / "Dockerfile"
_BASE_IMAGE = re.compile(r"^ARG BASE_IMAGE=(([\w./-]+):[\w.-]+)(@sha256:[0-9a-f]{64})$", re.MULTILINE)


def base_image_options(engine: str) -> list[str]:
    """Return the options of `build` for a machine that cannot pull the base image by its digest, or nothing.

    Such a machine may have an image with the same tag, for example one that it made without access to a registry. The
    image of a deployment always has the pinned base image.
    """
    pinned = _BASE_IMAGE.search(_DOCKERFILE.read_text())
    if pinned is None:
        return []
    tagged, repository, digest = pinned.groups()
    if _has_image(engine, f"{repository}{digest}") or not _has_image(engine, tagged):
        return []
    return ["--build-arg", f"BASE_IMAGE={tagged}"]


def _has_image(engine: str, image: str) -> bool:
    return subprocess.run([engine, "image", "inspect", image], capture_output=True, check=False).returncode == 0
