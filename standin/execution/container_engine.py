"""The container engine of this machine, and the commands in which docker and podman differ."""

from __future__ import annotations

import os
import shutil
import subprocess

#: Folders of podman's helper programs. Source: containers.conf(5), `helper_binaries_dir`.
_PODMAN_HELPERS = "/usr/local/libexec/podman:/usr/local/lib/podman:/usr/libexec/podman:/usr/lib/podman"


def find_engine() -> str | None:
    """Return `docker` or `podman`, whichever works first; None where neither does.

    A client without a running engine does not work.
    """
    for engine in ("docker", "podman"):
        if shutil.which(engine) and subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0:
            return engine
    return None


def init_options(engine: str) -> list[str]:
    """Return the options of `run` that put an init into a container.

    The list is empty where podman has no init: catatonit is a package of its own.
    """
    if engine != "podman":
        return ["--init"]
    catatonit = shutil.which("catatonit", path=f"{_PODMAN_HELPERS}:{os.environ['PATH']}")
    return ["--init", f"--init-path={catatonit}"] if catatonit else []


def removal_command(engine: str, name: str) -> list[str]:
    """Return the command that kills and removes a container at once; podman would send SIGTERM first and wait."""
    return [engine, "rm", "--force", *(["--time=0"] if engine == "podman" else []), name]


def pull_command(engine: str, image: str) -> list[str]:
    """Return the command that pulls an image from a registry on this machine. docker needs no TLS for 127.0.0.1."""
    return [engine, "pull", "--quiet", *(["--tls-verify=false"] if engine == "podman" else []), image]


def push_command(engine: str, image: str) -> list[str]:
    """Return the command that pushes an image to a registry on this machine."""
    return [engine, "push", *(["--tls-verify=false"] if engine == "podman" else []), image]


def remove_images(engine: str, registry: str) -> None:
    """Remove the names of images in a registry from the engine. Images that have other names stay."""
    listing = [engine, "images", "--format", "{{.Repository}}:{{.Tag}}"]
    names = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines()
    registry_names = [name for name in names if name.startswith(f"{registry}/")]
    if registry_names:
        subprocess.run([engine, "rmi", *registry_names], capture_output=True, check=False)
