"""The CDK's command line, as people use it, sent to the local AWS."""

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
#: How much of its output a failure shows, in characters.
_SHOWN = 6000


class Cdk:
    """Runs `cdk` in the folder `checkout`. `engine` builds images; without one, none is built."""

    def __init__(self, checkout: Path, state: Path, endpoint: str, engine: str | None) -> None:
        if not _CDK.exists():
            raise StackError("The CDK is not installed. Start the rehearsal with `make rehearsal`.")
        self._checkout, self._state = checkout, state
        self._environment = {
            **os.environ,
            **aws_environment(endpoint),
            **NO_PROXY,
            "PATH": f"{_INFRA / 'bin'}:{os.environ['PATH']}",
            # The checkout's own modules, also for programs that are told to leave out their folder.
            "PYTHONPATH": f"{checkout}:{checkout / 'dags'}",
            "CDK_DOCKER": str(_container_client(state, endpoint, engine)),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CI": "true",  # progress as lines, on standard output
            "NO_COLOR": "1",
        }

    def bootstrap(self) -> None:
        """`cdk bootstrap`, in an empty folder, where there is no app to synthesize."""
        empty = self._state / "empty"
        empty.mkdir(exist_ok=True)
        self._run(["bootstrap", f"aws://{ACCOUNT_ID}/{REGION}"], empty)

    def synthesize(self, context: Mapping[str, str], out: Path) -> None:
        """`cdk synth` into the folder `out`."""
        options = [word for name, value in context.items() for word in ("--context", f"{name}={value}")]
        self._run(["synth", "--quiet", "--output", str(out), *options], self._checkout)

    def check_rules(self, synthesized: Path) -> None:
        """What `make deploy` asks before it deploys: whether MWAA would take this.

        Raises:
            StackError: it would not; the message says why.
        """
        self._call([sys.executable, "-P", "-m", "infra.mwaa", "--templates", str(synthesized)], self._checkout)

    def deploy(self, synthesized: Path) -> str:
        """`cdk deploy --all` of what was synthesized.

        Returns:
            What it said.
        """
        options = ["--require-approval", "never", "--progress", "events"]
        return self._run(["deploy", "--all", "--app", str(synthesized), *options], self._checkout)

    def destroy(self, synthesized: Path) -> None:
        """`cdk destroy --all`."""
        self._run(["destroy", "--all", "--force", "--app", str(synthesized)], self._checkout)

    def _run(self, arguments: Sequence[str], folder: Path) -> str:
        return self._call([str(_CDK), *arguments], folder)

    def _call(self, command: Sequence[str], folder: Path) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        with (self._state / "logs" / "cdk.log").open("a") as log:
            log.write(f"$ {shlex.join(command)}\n{said}\n")
        if done.returncode:
            raise StackError(f"`{shlex.join(command)}` failed:\n{said[-_SHOWN:]}")
        return said


def _container_client(state: Path, endpoint: str, engine: str | None) -> Path:
    """The program that the CDK takes for `docker`. It wants one word for it, hence a script."""
    script = state / "container-client"
    registry = endpoint.removeprefix("http://")
    command = [sys.executable, "-P", "-m", "rehearsal.container_client", engine or "", registry]
    script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.join(command)} "$@"\n')
    script.chmod(0o755)
    return script
