"""The layer for deployments: the services that the CDK deploys to and moto lacks.

These services are CloudFormation, Amazon MWAA and the registry of ECR.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from moto.iam.models import iam_backends
from werkzeug.wrappers import Request, Response

from standin import alarm_actions, preflight_answers
from standin.account import ACCOUNT_ID, PARTITION, session
from standin.cloudformation.account import StackAccount
from standin.cloudformation.api import CloudFormationApi
from standin.ecr import registry
from standin.ecr.registry import Registry
from standin.mwaa.api import MwaaApi
from standin.server.api_call import ApiCall
from standin.server.application import Application
from standin.server.request_context import CALL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

#: Names of the services in the signatures of requests.
_NAMES = ("airflow", "cloudformation")


class Service(Protocol):
    """An AWS service that the stand-in implements."""

    def answer(self, request: Request) -> Response:
        """Return the response to a request."""


class DeploymentLayer:
    """The layer with CloudFormation and MWAA for each region, and with one registry of ECR.

    Args:
        application: The application to which the layer is added.
        images: Folder for the images of the registry.
    """

    def __init__(self, application: Application, images: Path) -> None:
        self._application = application
        self._registry = Registry(images, self._image_pushed)
        #: Services by name and region. Each is made on its first request, because most tests use none.
        self._services: dict[tuple[str, str], Service] = {}
        self._lock = threading.Lock()

    def install(self) -> None:
        """Let the services of this layer answer the requests that are for them."""
        preflight_answers.install()
        alarm_actions.install(self._publish)
        self._application.wrap(lambda aws: partial(self._answer, aws))
        self._application.route(registry.PATH, self._registry.answer)

    def _answer(self, aws: WSGIApplication, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        call: ApiCall = environ[CALL]
        if call.service not in _NAMES:
            return aws(environ, start_response)
        return self._service(call).answer(Request(environ))(environ, start_response)

    def _service(self, call: ApiCall) -> Service:
        key = call.service, call.region
        with self._lock:
            if key not in self._services:
                self._services[key] = self._make(*key)
            return self._services[key]

    def _make(self, name: str, region: str) -> Service:
        if name == "airflow":
            return MwaaApi(self._application.endpoint, region, ACCOUNT_ID)
        _load_managed_policies()
        return CloudFormationApi(StackAccount(self._application.endpoint, region, ACCOUNT_ID))

    def _publish(self, topic: str, message: str) -> None:
        """Send the message of an alarm to a topic, as CloudWatch does."""
        region = topic.split(":")[3]
        session("alarms", region).client("sns", endpoint_url=self._application.endpoint).publish(
            TopicArn=topic, Message=message, Subject="ALARM"
        )

    def _image_pushed(self, repository: str, tag: str, manifest: str) -> None:
        """Register a pushed image with moto's ECR, so that its API lists the image."""
        ecr = session("registry").client("ecr", endpoint_url=self._application.endpoint)
        ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)


def _load_managed_policies() -> None:
    """Make moto load the policies that AWS manages, because templates refer to them by name.

    moto loads these 1,300 policies, which takes 0.3 s, only if the variable is set when IAM is first used.
    """
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    iam = iam_backends[ACCOUNT_ID][PARTITION]
    if not iam.aws_managed_policies:  # IAM was used before
        iam.aws_managed_policies = iam._init_aws_policies()
        iam.managed_policies.update(iam._init_managed_policies())
