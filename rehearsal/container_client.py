"""The program that the CDK calls instead of `docker`. It pushes images to the registry of the local AWS.

    python -m rehearsal.container_client ENGINE REGISTRY ARGUMENTS...

REGISTRY is the host and port of the local registry. ARGUMENTS are the arguments for `docker`. If ENGINE is empty, no
image is built: `push` only registers the image with the local ECR, and jobs run as processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import boto3

from standin.account import ECR_HOST, REGION
from standin.execution.base_image import base_image_options
from standin.execution.container_engine import push_command

#: The manifest of an image without layers.
_EMPTY_MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}'


def main(engine: str, registry: str, arguments: Sequence[str]) -> int:
    """Carry out one command of the CDK with the container engine.

    Returns:
        The exit code. A command that the engine carries out does not return: the engine replaces this process.
    """
    local_arguments = [argument.replace(f"{ECR_HOST}/", f"{registry}/", 1) for argument in arguments]
    match arguments[0]:
        case "login":
            return 0  # the local ECR needs no login
        case "push":
            if not engine:
                return _register_image(arguments[-1])
            os.execvp(engine, push_command(engine, local_arguments[-1]))  # noqa: S606  (without a shell)
        case "inspect" if not engine:
            return 1  # the image does not exist yet, so the CDK builds it
        case _ if not engine:
            return 0
        case "build":
            # The CDK's own options come last, and win.
            options = [*base_image_options(engine), *local_arguments[1:]]
            os.execvp(engine, [engine, "build", *options])  # noqa: S606
        case _:
            os.execvp(engine, [engine, *local_arguments])  # noqa: S606


def _register_image(image: str) -> int:
    """Register an image with ECR without building or uploading it. Return the exit code 0."""
    repository, _, tag = image.removeprefix(f"{ECR_HOST}/").rpartition(":")
    ecr = boto3.client("ecr", region_name=REGION)
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=_EMPTY_MANIFEST)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
