"""Runners of commands: as a process in a Python environment of the checkout, or in a container."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from standin.account import ECR_HOST
from standin.batch import attempt_ending
from standin.batch.attempt_ending import Ending
from standin.batch.ecs_task import Task
from standin.execution.container_engine import init_options, pull_command, removal_command
from standin.execution.running_command import RunningCommand

_ROOT = Path(__file__).resolve().parents[2]
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
#: The exit code of `docker run` and `podman run` when the engine itself failed. Source: their manual pages.
_ENGINE_FAILED = 125


class Runner(Protocol):
    """The interface of a way to run the commands of attempts."""

    def image_error(self, image: str) -> str | None:
        """Return why an image cannot be used; None if it can be used."""

    def start(self, task: Task) -> RunningCommand:
        """Start the command of one attempt of a child, and return the running command.

        Args:
            task: the attempt with its command, environment and limits.
        """

    def ending(self, code: int) -> Ending:
        """Return the ending of an attempt whose command ended by itself with the exit code `code`."""


class ProcessRunner:
    """A runner that starts commands as processes, without limits of memory and vCPUs.

    The image that a job names is not used. In its place the command runs in the virtual environment `image_env`, with
    the container's packages of this checkout and the demo model.
    """

    def __init__(self, image_env: Path) -> None:
        self._bin = image_env.resolve() / "bin"

    def image_error(self, image: str) -> str | None:
        """Return an error if the virtual environment does not exist; otherwise None."""
        return None if self._bin.is_dir() else f"the environment that stands for it is not there: no {self._bin}"

    def start(self, task: Task) -> RunningCommand:
        """Start the command as a process, and return the running command. See `Runner`."""
        temporary = task.folder / "tmp"
        temporary.mkdir()
        image = {
            "PATH": f"{self._bin}:{_SYSTEM_PATH}",
            "PYTHONPATH": f"{_ROOT / 'transcriber_image'}:{_ROOT / 'dags'}",
            "PYTHONUNBUFFERED": "1",
            "TRANSCRIBER_MODEL": str(_ROOT / "transcriber_image" / "demo_model"),
            "LANG": "C.UTF-8",
            "HOME": str(task.folder),
            "TMPDIR": str(temporary),
        }
        return RunningCommand(task.command, {**image, **task.environment}, task.folder)

    def ending(self, code: int) -> Ending:
        """Return the ending of a command that ended with the exit code `code`."""
        return attempt_ending.exited(code)


class ContainerRunner:
    """A runner that starts commands in containers of `engine`: `docker` or `podman`."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        #: Host and port of the stand-in's registry.
        self.registry = ""
        self._init = init_options(engine)
        if not self._init:
            print(f"{engine} has no init here; containers run without one. Install catatonit for it.", file=sys.stderr)

    def image_error(self, image: str) -> str | None:
        """Return an error if the engine lacks the image; otherwise None. Only images of ECR are pulled."""
        if image.startswith(f"{ECR_HOST}/"):
            pull = subprocess.run(pull_command(self._engine, self._local(image)), capture_output=True, check=False)
            return pull.stderr.decode(errors="replace")[-500:] if pull.returncode else None
        inspection = subprocess.run([self._engine, "image", "inspect", image], capture_output=True, check=False)
        return f"{self._engine} has no such image: build it first" if inspection.returncode else None

    def start(self, task: Task) -> RunningCommand:
        """Start the command in a container that uses the network of this machine. See `Runner`."""
        name = f"batch-{secrets.token_hex(8)}"
        container, linux = task.container, task.container.get("linuxParameters", {})
        options = [f"--name={name}", "--rm", "--pull=never", "--network=host", "--cap-drop=all"]
        options += [f"--cpus={task.vcpus}", f"--memory={task.memory}m", f"--memory-swap={task.memory}m"]
        options += self._init if linux.get("initProcessEnabled") else []
        options += ["--read-only"] if container.get("readonlyRootFilesystem") else []
        options += [f"--user={container['user']}"] if "user" in container else []
        for mount in linux.get("tmpfs", ()):
            mount_options = [f"size={mount['size']}m", *mount.get("mountOptions", ())]
            options.append(f"--tmpfs={mount['containerPath']}:{','.join(mount_options)}")
        # A volume without a source is new for each container, and is removed with it.
        options += [f"--volume={mount['containerPath']}" for mount in container.get("mountPoints", ())]
        options += [f"--env={key}={value}" for key, value in task.environment.items()]
        command = [self._engine, "run", *options, self._local(container["image"]), *task.command]
        return RunningCommand(command, os.environ, task.folder, cleanup=removal_command(self._engine, name))

    def _local(self, image: str) -> str:
        return image.replace(ECR_HOST, self.registry, 1) if image.startswith(f"{ECR_HOST}/") else image

    def ending(self, code: int) -> Ending:
        """Return the ending of a command that ended with the exit code `code`.

        Exit code 137 counts as a kill by the kernel for too much memory. The engines have a flag for this, but it is
        not reliable: podman leaves it false if cgroups are nested.
        """
        if code == _ENGINE_FAILED:
            return attempt_ending.not_started(f"{self._engine} failed; its message is in the log")
        return attempt_ending.OUT_OF_MEMORY if code == attempt_ending.KILLED else attempt_ending.exited(code)
