"""The same jobs in real containers, where a container engine is present."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from standin.execution.container_engine import find_engine, init_options
from tests.support.standin.standin_server import Batch, LocalAws, make_batch, start, wait_for

IMAGE = "docker.io/library/python:3.9-slim-bookworm"


@pytest.fixture(scope="module")
def engine() -> str:
    engine = find_engine()
    if engine is None:
        pytest.skip("neither docker nor podman answers on this machine")
    if subprocess.run([engine, "image", "inspect", IMAGE], capture_output=True, check=False).returncode:
        pytest.skip(f"{engine} does not have the image {IMAGE}, and tests do not pull")
    return engine


@pytest.fixture(scope="module")
def container_batch(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    before = containers(engine)
    aws = start(tmp_path_factory.mktemp("aws"), "--runner", "container")
    yield make_batch(aws)
    aws.stop()
    assert containers(engine) <= before


def containers(engine: str) -> set[str]:
    listed = subprocess.run([engine, "ps", "--all", "--quiet"], capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def run(batch: Batch, code: str, **properties: Any) -> str:
    return batch.submit([], jobDefinition=batch.define(["python", "-c", code], image=IMAGE, **properties))


def test_a_job_runs_locked_down_in_its_image_and_reaches_s3(container_batch: Batch, engine: str) -> None:
    code = """
import os, pathlib, urllib.request
print(urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_calls").status)
print([line for line in open("/proc/self/status") if line.startswith("CapEff")][0].split()[1].strip("0") or "none")
print(os.getpid() > 1, pathlib.Path("/scratch/file").write_text("x"))
try: pathlib.Path("/file").write_text("x")
except OSError as error: print(error.strerror)
"""
    linux = {"initProcessEnabled": True, "tmpfs": [{"containerPath": "/scratch", "size": 16}]}
    job_id = run(container_batch, code, readonlyRootFilesystem=True, linuxParameters=linux)
    assert container_batch.ends(job_id)["status"] == "SUCCEEDED", container_batch.prints(job_id, "")
    assert container_batch.prints(job_id, "") == f"200\nnone\n{bool(init_options(engine))} 1\nRead-only file system\n"


def test_a_container_over_its_memory_ends_as_out_of_memory(container_batch: Batch) -> None:
    job = container_batch.ends(run(container_batch, "x = bytearray(512 * 1024 * 1024); print(len(x))"))
    assert (job["container"]["exitCode"], job["status"]) == (137, "FAILED")
    assert job["container"]["reason"].startswith("OutOfMemoryError")


def test_a_job_whose_image_is_missing_does_not_start(container_batch: Batch) -> None:
    definition = container_batch.define(["true"], image="localhost/no-such-image:1")
    job = container_batch.ends(container_batch.submit([], jobDefinition=definition))
    assert job["statusReason"] == "Task failed to start"
    assert job["container"]["reason"].startswith("CannotPullContainerError: localhost/no-such-image:1")


def test_a_terminated_container_gets_sigterm(container_batch: Batch) -> None:
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("goodbye", flush=True), sys.exit(0)))
print("ready", flush=True)
time.sleep(600)
"""
    job_id = run(container_batch, code)
    container_batch.prints(job_id, "ready")
    container_batch.client.terminate_job(jobId=job_id, reason="changed my mind")
    assert container_batch.ends(job_id)["statusReason"] == "changed my mind"
    assert "goodbye" in container_batch.prints(job_id, "ready")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_container_outlives_the_server(
    engine: str, start_aws: Callable[..., LocalAws], number: signal.Signals
) -> None:
    before = containers(engine)
    batch = make_batch(start_aws("--runner", "container"))
    job_id = run(batch, "import time; print('ready', flush=True); time.sleep(600)")
    batch.prints(job_id, "ready")
    batch.aws.stop(number)
    wait_for(lambda: containers(engine) <= before, "the end of all containers")
