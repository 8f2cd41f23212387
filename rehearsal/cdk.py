"""The CDK's command line, configured to use the local AWS."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.aws_client import NO_PROXY, REGION, aws_environment
from local.errors import StackError
from local.paths import LOCAL, ROOT
from standin.account import ACCOUNT_ID

_INFRA = LOCAL / "venvs" / "infra"
_CDK = LOCAL / "cdk" / "node_modules" / ".bin" / "cdk"
#: Largest part of a command's output that an error message shows, in characters.
_SHOWN_OUTPUT = 6000


class Cdk:
    """The command `cdk` in the folder `checkout`, with the local AWS in place of AWS.

    A method raises StackError if its command fails. The message contains the end of the command's output.

    Args:
        checkout: Folder of the CDK app.
        state: Folder for logs and scripts.
        endpoint: URL of the local AWS.
        engine: Container engine that builds images. If it is None, no image is built.

    Raises:
        StackError: The CDK is not installed.
    """

    def __init__(self, checkout: Path, state: Path, endpoint: str, engine: str | None) -> None:
        if not _CDK.exists():
            raise StackError("The CDK is not installed. Start the rehearsal with `make rehearsal`.")
        self._checkout, self._state = checkout, state
        self._environment = {
            **os.environ,
            **aws_environment(endpoint),
            **NO_PROXY,
            "PATH": f"{_INFRA / 'bin'}:{os.environ['PATH']}",
            # The checkout's modules, also for programs that Python starts with `-P`.
            "PYTHONPATH": f"{checkout}:{checkout / 'dags'}",
            "CDK_DOCKER": str(_container_client(state, endpoint, engine)),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CI": "true",  # print progress as lines on standard output
            "NO_COLOR": "1",
        }

    def bootstrap(self) -> None:
        """Run `cdk bootstrap`. The working folder is empty, so that the CDK does not find and synthesize an app."""
        empty = self._state / "empty"
        empty.mkdir(exist_ok=True)
        self._run(["bootstrap", f"aws://{ACCOUNT_ID}/{REGION}"], empty)

    def synthesize(self, context: Mapping[str, str], out: Path) -> None:
        """Run `cdk synth` with the settings in `context`. It writes the templates of the app to the folder `out`."""
        options = [option for name, value in context.items() for option in ("--context", f"{name}={value}")]
        self._run(["synth", "--quiet", "--output", str(out), *options], self._checkout)

    def check_rules(self, synthesized: Path) -> None:
        """Check MWAA's rules, as `make deploy` does before it deploys.

        Raises:
            StackError: MWAA would refuse the environment. The message says why.
        """
        self._call([sys.executable, "-P", "-m", "infra.mwaa", "--templates", str(synthesized)], self._checkout)

    def preflight(self, synthesized: Path) -> str:
        """Check the account, as `make deploy` does before it deploys.

        Returns:
            A line for each check.

        Raises:
            StackError: A check failed. The message contains all lines.
        """
        return self._call(
            [sys.executable, "-P", "-m", "infra.preflight", "--templates", str(synthesized)], self._checkout
        )

    def deploy(self, synthesized: Path) -> str:
        """Run `cdk deploy --all` with a synthesized app.

        Returns:
            The output of the command.
        """
        options = ["--require-approval", "never", "--progress", "events"]
        return self._run(["deploy", "--all", "--app", str(synthesized), *options], self._checkout)

    def destroy(self, synthesized: Path) -> None:
        """Run `cdk destroy --all` with a synthesized app."""
        self._run(["destroy", "--all", "--force", "--app", str(synthesized)], self._checkout)

    def _run(self, arguments: Sequence[str], folder: Path) -> str:
        return self._call([str(_CDK), *arguments], folder)

    def _call(self, command: Sequence[str], folder: Path) -> str:
        completed = subprocess.run(
            command,
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        output = completed.stdout + completed.stderr
        with (self._state / "logs" / "cdk.log").open("a") as log:
            log.write(f"$ {shlex.join(command)}\n{output}\n")
        if completed.returncode:
            raise StackError(f"`{shlex.join(command)}` failed:\n{output[-_SHOWN_OUTPUT:]}")
        return output


def _container_client(state: Path, endpoint: str, engine: str | None) -> Path:
    """Write a script that the CDK calls instead of `docker`, and return the path of the script.

    A script is necessary, because the CDK accepts only the path of a program, without arguments.
    """
    script = state / "container-client"
    registry = endpoint.removeprefix("http://")
    command = [sys.executable, "-P", "-m", "rehearsal.container_client", engine or "", registry]
    script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.join(command)} "$@"\n')
    script.chmod(0o755)
    return script
