"""The local stack: AWS, its resources, and Airflow."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from infra.mwaa import airflow_versions
from local import airflow_history, processes
from local.airflow import Airflow
from local.aws_client import NO_PROXY, aws_environment
from local.configuration import USER
from local.errors import StackError
from local.image import build_image, build_trainer_image
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


def keep_bucket(endpoint: str, bucket: str, folder: Path) -> None:
    """Create the objects that `folder` holds in a bucket, and let the local AWS write each change to the folder.

    Raises:
        httpx.HTTPStatusError: The local AWS refuses, because it keeps a bucket already.
    """
    order = {"bucket": bucket, "folder": str(folder)}
    # Reading many objects takes as long as it takes.
    httpx.post(f"{endpoint}/_kept", json=order, timeout=None).raise_for_status()  # noqa: S113


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
        kept: Whether the bucket and Airflow's history outlive the stack: the next start continues with them.
        triggerer: Whether Airflow's triggerer runs, which the DAG does not need.

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
        kept: bool = False,
        triggerer: bool = False,
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
        self._kept = kept
        self._triggerer = triggerer
        self.airflow: Airflow
        self.addresses: Addresses

    def start(self) -> None:
        """Start everything, and wait until the DAG can be triggered. Empty the state folder before, unless it is kept.

        Raises:
            StackError: A part did not start, and everything is stopped again; or the history is of another version of
                Airflow.
        """
        if self._kept:
            self._check_history()
        processes.end(self.state)
        if not self._kept:
            shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True, exist_ok=True)
        try:
            if self.runner == "container":
                build_image()
                if "teach_job_definition" in (self._settings or {}):
                    build_trainer_image()
            endpoint = start_aws(self.state, self.runner, self._layers)
            create_resources(endpoint, container=self.runner == "container")
            if self._kept:
                keep_bucket(endpoint, BUCKET, self.state / "bucket")
            self.airflow = Airflow(
                self.state,
                endpoint,
                version=self.version,
                scheduled=self._scheduled,
                settings=self._settings,
                roles=self._roles,
                triggerer=self._triggerer,
                kept=self._kept,
            )
            self.airflow.start()
        except BaseException:
            processes.end(self.state)
            raise
        self.addresses = Addresses(endpoint, BUCKET, self.airflow.url, USER, self.airflow.password)

    def _check_history(self) -> None:
        version = airflow_history.version(self.state / "airflow")
        if version not in ("", self.version):
            raise StackError(
                f"The history of this stack is of Airflow {version}. Continue it with `make up AIRFLOW={version}`, or "
                f"discard history and bucket with `make up AIRFLOW={self.version} FRESH=1`."
            )

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
