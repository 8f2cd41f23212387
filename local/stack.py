"""The local stack: AWS, its resources, and Airflow."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from infra.mwaa import airflow_versions
from local import processes
from local.airflow import Airflow
from local.aws_client import NO_PROXY, aws_environment
from local.configuration import USER
from local.errors import StackError
from local.image import build_image
from local.paths import IMAGE_ENV, ROOT
from local.resources import BUCKET, create_resources

RUNNERS = ("process", "container")
_AWS_LIMIT = 60.0


@dataclass(frozen=True)
class Addresses:
    """The addresses and the login of a running stack."""

    endpoint: str
    bucket: str
    airflow_url: str
    airflow_user: str
    airflow_password: str

    def shell(self) -> str:
        """Return the addresses and the login as lines that a shell can source."""
        variables = {
            **aws_environment(self.endpoint),
            **NO_PROXY,
            "TRANSCRIBE_BUCKET": self.bucket,
            "AIRFLOW_URL": self.airflow_url,
            "AIRFLOW_USER": self.airflow_user,
            "AIRFLOW_PASSWORD": self.airflow_password,
        }
        exports = "".join(f"export {name}='{value}'\n" for name, value in variables.items())
        return f"unset AWS_PROFILE AWS_SESSION_TOKEN\n{exports}"


def start_aws(state: Path, runner: str = "process", layers: Sequence[str] = ()) -> str:
    """Start a local AWS. `processes.end(state)` stops it.

    Args:
        state: The folder for all files of the local AWS.
        runner: How jobs run, one of `RUNNERS`.
        layers: Optional parts of the stand-in: `faults`, `roles`, `deployments`. standin/README.md explains them.

    Returns:
        The URL of the local AWS.

    Raises:
        StackError: The local AWS did not start.
    """
    log = state / "logs" / "aws.log"
    command = [sys.executable, "-m", "standin", "--state", str(state), "--runner", runner]
    command += ["--image-env", str(IMAGE_ENV), *(f"--{layer}" for layer in layers)]
    server = processes.start(command, env=dict(os.environ), cwd=ROOT, log=log, state=state)
    endpoint = state / "aws-endpoint"
    processes.wait_until(endpoint.exists, "The local AWS", server, log, _AWS_LIMIT)
    return endpoint.read_text().strip()


class Stack:
    """One local stack. As a context manager it starts with the block and stops when the block ends.

    Args:
        state: The folder for all files of the stack.
        runner: How jobs run, one of `RUNNERS`.
        version: The version of Airflow.
        scheduled: Whether the DAG also runs on its schedule.
        settings: Settings of the section `[transcription]` that replace the stack's defaults.
        layers: Optional parts of the stand-in, as for `start_aws`.
        roles: Roles of further users of Airflow. Each user has the name of its role, and the password of the admin.

    Raises:
        StackError: The runner or the version is unknown.
    """

    def __init__(
        self,
        state: Path,
        runner: str = "process",
        *,
        version: str = airflow_versions.DEFAULT,
        scheduled: bool = False,
        settings: Mapping[str, str] | None = None,
        layers: Sequence[str] = (),
        roles: Sequence[str] = (),
    ) -> None:
        if runner not in RUNNERS:
            raise StackError(f"RUNNER={runner} is not known; use one of: {', '.join(RUNNERS)}.")
        if version not in airflow_versions.VERSIONS:
            raise StackError(f"AIRFLOW={version} is not known; use one of: {', '.join(airflow_versions.VERSIONS)}.")
        self.state = state.resolve()
        self.runner = runner
        self.version = version
        self._scheduled = scheduled
        self._settings = settings
        self._layers = layers
        self._roles = roles
        self.airflow: Airflow
        self.addresses: Addresses

    def start(self) -> None:
        """Empty the state folder, start everything, and wait until the DAG can be triggered.

        Raises:
            StackError: A part did not start. Everything is stopped again.
        """
        processes.end(self.state)
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        try:
            if self.runner == "container":
                build_image()
            endpoint = start_aws(self.state, self.runner, self._layers)
            create_resources(endpoint, container=self.runner == "container")
            self.airflow = Airflow(
                self.state,
                endpoint,
                version=self.version,
                scheduled=self._scheduled,
                settings=self._settings,
                roles=self._roles,
            )
            self.airflow.start()
        except BaseException:
            processes.end(self.state)
            raise
        self.addresses = Addresses(endpoint, BUCKET, self.airflow.url, USER, self.airflow.password)

    def end(self) -> None:
        """Stop every process of the stack. Its files stay."""
        processes.end(self.state)

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
