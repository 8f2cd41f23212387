"""The container engine of this machine, and the commands that differ between docker and podman."""

from __future__ import annotations

import os
import shutil
import subprocess

#: Folders of podman's helper programs. Source: containers.conf(5), `helper_binaries_dir`.
_PODMAN_HELPERS = "/usr/local/libexec/podman:/usr/local/lib/podman:/usr/libexec/podman:/usr/lib/podman"


def find_engine() -> str | None:
    """Return `docker` or `podman`, whichever works first; None if neither works.

    A client program without a running engine does not count as working.
    """
    for engine in ("docker", "podman"):
        if shutil.which(engine) and subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0:
            return engine
    return None


def init_options(engine: str) -> list[str]:
    """Return the options of `run` that put an init process into a container.

    The list is empty if podman has no init. podman uses catatonit, which is a separate package.
    """
    if engine != "podman":
        return ["--init"]
    catatonit = shutil.which("catatonit", path=f"{_PODMAN_HELPERS}:{os.environ['PATH']}")
    return ["--init", f"--init-path={catatonit}"] if catatonit else []


def removal_command(engine: str, name: str) -> list[str]:
    """Return the command that kills and removes the container `name` at once.

    Without `--time=0`, podman sends SIGTERM first and waits.
    """
    return [engine, "rm", "--force", *(["--time=0"] if engine == "podman" else []), name]


def pull_command(engine: str, image: str) -> list[str]:
    """Return the command that pulls an image from a registry on this machine, without TLS.

    docker needs no option for this, because it uses no TLS for 127.0.0.1.
    """
    return [engine, "pull", "--quiet", *(["--tls-verify=false"] if engine == "podman" else []), image]


def push_command(engine: str, image: str) -> list[str]:
    """Return the command that pushes an image to a registry on this machine, without TLS."""
    return [engine, "push", *(["--tls-verify=false"] if engine == "podman" else []), image]


def remove_images(engine: str, registry: str) -> None:
    """Remove the names of images in `registry` from the engine. An image that has other names, too, stays."""
    listing = [engine, "images", "--format", "{{.Repository}}:{{.Tag}}"]
    names = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines()
    registry_names = [name for name in names if name.startswith(f"{registry}/")]
    if registry_names:
        subprocess.run([engine, "rmi", *registry_names], capture_output=True, check=False)
