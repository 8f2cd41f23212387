"""The local stack: AWS, Airflow and the resources between them, started and ended together."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from local import processes
from local.airflow import USER, Airflow
from local.aws_client import NO_PROXY, aws_environment
from local.errors import StackError
from local.image import build_image
from local.paths import IMAGE_ENV, ROOT
from local.resources import BUCKET, create_resources

RUNNERS = ("process", "container")
_AWS_LIMIT = 60.0


@dataclass(frozen=True)
class Addresses:
    """How to reach a running stack."""

    endpoint: str
    bucket: str
    airflow_url: str
    airflow_user: str
    airflow_password: str

    def shell(self) -> str:
        """The same as lines for a shell to source."""
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


def start_aws(state: Path, runner: str = "process") -> str:
    """Start a local AWS whose files lie in `state`; `processes.end(state)` ends it.

    Returns:
        Its endpoint, a URL.

    Raises:
        StackError: it did not start.
    """
    log = state / "logs" / "aws.log"
    command = [sys.executable, "-m", "local.aws", "--state", str(state), "--runner", runner]
    command += ["--image-env", str(IMAGE_ENV)]
    server = processes.start(command, env=dict(os.environ), cwd=ROOT, log=log, state=state)
    endpoint = state / "aws-endpoint"
    processes.wait_until(endpoint.exists, "The local AWS", server, log, _AWS_LIMIT)
    return endpoint.read_text().strip()


class Stack:
    """A stack whose every file lies in `state`. As a context manager it ends with the block.

    With `scheduled` the DAG also runs at night; otherwise only when it is triggered.
    """

    def __init__(self, state: Path, runner: str = "process", *, scheduled: bool = False) -> None:
        if runner not in RUNNERS:
            raise StackError(f"RUNNER={runner} is not known; use one of: {', '.join(RUNNERS)}.")
        self.state = state.resolve()
        self.runner = runner
        self._scheduled = scheduled
        self.airflow: Airflow
        self.addresses: Addresses

    def start(self) -> None:
        """Start everything in an empty state folder, and wait until the DAG can be triggered.

        Raises:
            StackError: something did not start; nothing is left running.
        """
        processes.end(self.state)
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        try:
            if self.runner == "container":
                build_image()
            endpoint = start_aws(self.state, self.runner)
            create_resources(endpoint, container=self.runner == "container")
            self.airflow = Airflow(self.state, endpoint, scheduled=self._scheduled)
            self.airflow.start()
        except BaseException:
            processes.end(self.state)
            raise
        self.addresses = Addresses(endpoint, BUCKET, self.airflow.url, USER, self.airflow.password)

    def end(self) -> None:
        """End every process of the stack; its files stay."""
        processes.end(self.state)

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
