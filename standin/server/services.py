"""The APIs that moto has not, or not well enough: each made when it is first asked, because most stacks never do."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Protocol

from moto.iam.models import iam_backends
from werkzeug.wrappers import Request, Response

from standin.account import ACCOUNT_ID, PARTITION, session
from standin.ecr.registry import Registry
from standin.server.aws_request import Call

#: Services by the name that signs their requests.
_NAMES = ("airflow", "cloudformation")


class Service(Protocol):
    """Something that answers requests."""

    def answer(self, request: Request) -> Response:
        """The response to a request."""


class Services:
    """CloudFormation and MWAA, for each region, and the registry of ECR, whose images lie in `images`."""

    def __init__(self, images: Path) -> None:
        self.endpoint = ""
        self.registry = Registry(images, self._pushed)
        self._made: dict[tuple[str, str], Service] = {}
        self._lock = threading.Lock()

    def serving(self, call: Call) -> Service | None:
        """What answers `call`; nothing where moto does."""
        if call.service not in _NAMES:
            return None
        with self._lock:
            key = call.service, call.region
            if key not in self._made:
                self._made[key] = self._make(*key)
            return self._made[key]

    def _make(self, name: str, region: str) -> Service:
        if name == "airflow":
            from standin.mwaa.api import MwaaApi  # noqa: PLC0415  (as above)

            return MwaaApi(self.endpoint, region, ACCOUNT_ID)
        from standin.cloudformation.api import CloudFormationApi  # noqa: PLC0415
        from standin.cloudformation.provider import Account  # noqa: PLC0415

        _know_policies_of_aws()
        return CloudFormationApi(Account(self.endpoint, region, ACCOUNT_ID))

    def _pushed(self, repository: str, tag: str, manifest: str) -> None:
        """Let ECR's own API know of an image that was pushed."""
        ecr = session("registry").client("ecr", endpoint_url=self.endpoint)
        ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)


def _know_policies_of_aws() -> None:
    """Templates name policies that AWS manages. moto reads the 1,300 of them, for 0.3 s, only where it is told to."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    iam = iam_backends[ACCOUNT_ID][PARTITION]
    if not iam.aws_managed_policies:  # it was asked before, and has read none
        iam.aws_managed_policies = iam._init_aws_policies()
        iam.managed_policies.update(iam._init_managed_policies())
