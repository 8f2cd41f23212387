"""What stands for the container of an attempt: a process in the checkout's environment, or a real container."""

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
from standin.execution.container_engine import init_options, pulling, removal
from standin.execution.running_command import RunningCommand

_ROOT = Path(__file__).resolve().parents[2]
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
#: What `docker run` and `podman run` exit with when the engine itself failed. Source: their manual pages.
_ENGINE_FAILED = 125


class Runner(Protocol):
    """How attempts are executed."""

    def image_error(self, image: str) -> str | None:
        """Why there is no such image; nothing where there is."""

    def start(self, task: Task) -> RunningCommand:
        """Start the command of `task`."""

    def ending(self, code: int) -> Ending:
        """How an attempt ended that came to its end by itself with exit code `code`."""


class ProcessRunner:
    """Runs commands as processes. The image is a virtual environment and the container's packages in the checkout.

    It is the one that is built with the demo model.
    """

    def __init__(self, image_env: Path) -> None:
        self._bin = image_env.resolve() / "bin"

    def image_error(self, image: str) -> str | None:
        """See `Runner`. Every image is the same environment."""
        return None if self._bin.is_dir() else f"the environment that stands for it is not there: no {self._bin}"

    def start(self, task: Task) -> RunningCommand:
        """See `Runner`. Memory and vCPUs are not limited."""
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
        """See `Runner`."""
        return attempt_ending.exited(code)


class ContainerRunner:
    """Runs commands in containers of an engine on this machine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        #: Host and port of the local ECR.
        self.registry = ""
        self._init = init_options(engine)
        if not self._init:
            print(f"{engine} has no init here; containers run without one. Install catatonit for it.", file=sys.stderr)

    def image_error(self, image: str) -> str | None:
        """See `Runner`. An image is fetched only from the local ECR."""
        if image.startswith(f"{ECR_HOST}/"):
            pulled = subprocess.run(pulling(self._engine, self._local(image)), capture_output=True, check=False)
            return pulled.stderr.decode(errors="replace")[-500:] if pulled.returncode else None
        found = subprocess.run([self._engine, "image", "inspect", image], capture_output=True, check=False)
        return f"{self._engine} has no such image: build it first" if found.returncode else None

    def start(self, task: Task) -> RunningCommand:
        """See `Runner`. The container reaches the server at the host's 127.0.0.1."""
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
        # A volume of a name is a new one for each container, and goes with it.
        options += [f"--volume={mount['containerPath']}" for mount in container.get("mountPoints", ())]
        options += [f"--env={key}={value}" for key, value in task.environment.items()]
        command = [self._engine, "run", *options, self._local(container["image"]), *task.command]
        return RunningCommand(command, os.environ, task.folder, cleanup=removal(self._engine, name))

    def _local(self, image: str) -> str:
        return image.replace(ECR_HOST, self.registry, 1) if image.startswith(f"{ECR_HOST}/") else image

    def ending(self, code: int) -> Ending:
        """See `Runner`. 137 that nobody asked for is the kernel's answer to using too much memory.

        The engines' own flag for that cannot be relied on: podman leaves it false where cgroups are nested.
        """
        if code == _ENGINE_FAILED:
            return attempt_ending.not_started(f"{self._engine} failed; its message is in the log")
        return attempt_ending.OUT_OF_MEMORY if code == attempt_ending.KILLED else attempt_ending.exited(code)
