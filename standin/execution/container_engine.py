"""Which container engine this machine has, and where docker and podman differ."""

from __future__ import annotations

import os
import shutil
import subprocess

#: Where podman keeps its helpers. Source: containers.conf(5), `helper_binaries_dir`.
_PODMAN_HELPERS = "/usr/local/libexec/podman:/usr/local/lib/podman:/usr/libexec/podman:/usr/lib/podman"


def find_engine() -> str | None:
    """`docker` or `podman`, whichever answers; a client without an engine behind it does not count."""
    for engine in ("docker", "podman"):
        if shutil.which(engine) and subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0:
            return engine
    return None


def init_options(engine: str) -> list[str]:
    """What makes `run` put an init into a container. Nothing where there is none: podman's is a package of its own."""
    if engine != "podman":
        return ["--init"]
    catatonit = shutil.which("catatonit", path=f"{_PODMAN_HELPERS}:{os.environ['PATH']}")
    return ["--init", f"--init-path={catatonit}"] if catatonit else []


def removal(engine: str, name: str) -> list[str]:
    """The command that ends and removes a container at once. podman alone would ask it first, and wait."""
    return [engine, "rm", "--force", *(["--time=0"] if engine == "podman" else []), name]


def pulling(engine: str, image: str) -> list[str]:
    """The command that fetches an image from a registry on this machine. docker trusts 127.0.0.1 without TLS."""
    return [engine, "pull", "--quiet", *(["--tls-verify=false"] if engine == "podman" else []), image]


def pushing(engine: str, image: str) -> list[str]:
    """The command that brings an image to a registry on this machine."""
    return [engine, "push", *(["--tls-verify=false"] if engine == "podman" else []), image]


def remove_images(engine: str, registry: str) -> None:
    """Forget the names that images got for a registry. The images themselves stay while they have others."""
    listed = [engine, "images", "--format", "{{.Repository}}:{{.Tag}}"]
    names = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.splitlines()
    ours = [name for name in names if name.startswith(f"{registry}/")]
    if ours:
        subprocess.run([engine, "rmi", *ours], capture_output=True, check=False)
