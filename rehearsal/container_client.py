"""What the CDK's command line calls instead of `docker`: an engine on this machine, with ECR on this machine, too.

    python -m rehearsal.container_client ENGINE REGISTRY ARGUMENTS...

REGISTRY is the host and port of the local ECR. Without an ENGINE (an empty word) nothing is built, and the local ECR is
told that the image is there: jobs then run as processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import boto3

from standin.account import ECR_HOST, REGION
from standin.execution.container_engine import push_command

#: The manifest of an image of no layers.
_NO_IMAGE = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}'


def main(engine: str, registry: str, arguments: Sequence[str]) -> int:
    """Carry out one command of the CDK's.

    Returns:
        Its exit code.
    """
    local = [each.replace(f"{ECR_HOST}/", f"{registry}/", 1) for each in arguments]
    match arguments[0]:
        case "login":
            return 0  # the local ECR knows no users
        case "push":
            if not engine:
                return _pretend(arguments[-1])
            os.execvp(engine, push_command(engine, local[-1]))  # noqa: S606  (without a shell)
        case "inspect" if not engine:
            return 1  # there is no such image yet
        case _ if not engine:
            return 0
        case _:
            os.execvp(engine, [engine, *local])  # noqa: S606


def _pretend(image: str) -> int:
    """Let ECR know of an image that nobody built."""
    repository, _, tag = image.removeprefix(f"{ECR_HOST}/").rpartition(":")
    ecr = boto3.client("ecr", region_name=REGION)
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=_NO_IMAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
