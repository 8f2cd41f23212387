"""`make deploy` on a machine that has make and Python 3.12 and nothing else of what the project uses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import ROOT
from standin.execution.base_image import base_image_options
from standin.execution.container_engine import find_engine

ENGINE = find_engine()
pytestmark = pytest.mark.skipif(ENGINE is None, reason="no container engine answers here: neither docker nor podman")

IMAGE = "deployers-machine"
#: The container's base image without its Python 3.9, and with make.
DOCKERFILE = """
{base_image}
FROM $BASE_IMAGE
RUN rm -rf /usr/local/* && apt-get update -qq && apt-get install -y -qq --no-install-recommends make
"""
#: Variables with which a machine finds its package registries and their certificates.
NETWORK = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")


def test_make_deploy_needs_neither_python_3_9_nor_deepspeech(tmp_path: Path) -> None:
    """libdeepspeech needs AVX. Where it is not installed, no processor can lack AVX."""
    assert ENGINE is not None
    base_image = next(
        line
        for line in (ROOT / "transcriber_image/Dockerfile").read_text().splitlines()
        if line.startswith("ARG BASE_IMAGE=")
    )
    build = [ENGINE, "build", "--tag", IMAGE, *base_image_options(ENGINE), "-"]
    subprocess.run(build, input=DOCKERFILE.format(base_image=base_image), check=True, text=True, capture_output=True)
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".local", ".git", "cdk.out", "node_modules", "models"))

    python = sys.base_prefix
    command = [
        *(ENGINE, "run", "--rm", f"--volume={project}:/project", f"--volume={python}:{python}:ro"),
        *(f"--env=PATH={python}/bin:/usr/sbin:/usr/bin:/sbin:/bin", f"--env=LD_LIBRARY_PATH={python}/lib"),
        *(f"--env={name}" for name in NETWORK if name in os.environ),
        *("--workdir=/project", IMAGE, "sh", "-c", "! command -v python3.9 && make deploy"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)

    assert "FAILED   credentials: no region is chosen" in run.stdout, run.stdout + run.stderr
    environments = {folder.name for folder in (project / ".local/venvs").iterdir()}
    assert environments == {"airflow", "infra"}
    assembly = project / "cdk.out"
    manifests = [json.loads(path.read_text()) for path in assembly.glob("*.assets.json")]
    images = [image["source"]["directory"] for manifest in manifests for image in manifest["dockerImages"].values()]
    files = [file["source"]["path"] for manifest in manifests for file in manifest["files"].values()]
    assert images
    assert all((assembly / asset).exists() for asset in images + files)
