"""Serve a stand-in for AWS until SIGTERM or SIGINT, and write the address of the server to DIR/aws-endpoint."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path

from werkzeug.serving import make_server

from standin.batch.job_hooks import JobHooks
from standin.batch.scheduler import Scheduler
from standin.execution.container_engine import find_engine
from standin.execution.runners import ContainerRunner, ProcessRunner, Runner
from standin.server.application import Application
from standin.server.moto_app import QuietHandler

_MOTO = "5.2.5"
_HOST = "127.0.0.1"
#: Objects larger than this, in bytes, are kept in files. It is less than the parts of SDKs' multipart uploads.
_IN_MEMORY_BYTES = 4 * 1024 * 1024


def main() -> None:
    """Serve until SIGTERM or SIGINT. When this function returns, no process that it started is left."""
    arguments = _parse_arguments()
    _check_moto_version()
    runner, state = _make_runner(arguments), arguments.state.resolve()
    address, scratch = state / "aws-endpoint", state / "tmp"
    address.unlink(missing_ok=True)
    shutil.rmtree(scratch, ignore_errors=True)  # left by a server that was killed
    scratch.mkdir(parents=True)
    _keep_large_objects_in(scratch)
    signal_pipe = _catch_signals()

    scheduler, application = _make_application(arguments, runner, state)
    server = make_server(_HOST, 0, application, threaded=True, request_handler=QuietHandler)
    endpoint = f"http://{_HOST}:{server.port}"
    application.endpoint = endpoint
    if isinstance(runner, ContainerRunner):
        runner.registry = f"{_HOST}:{server.port}"
    scheduler.start(endpoint)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    (scratch / "endpoint").write_text(endpoint)
    (scratch / "endpoint").rename(address)  # in one step, so that nobody reads half an address

    os.read(signal_pipe, 1)
    address.unlink()
    server.shutdown()
    scheduler.stop()
    application.kept_objects.stop()
    shutil.rmtree(scratch, ignore_errors=True)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standin", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for the address, logs and temporary files")
    parser.add_argument("--runner", choices=("process", "container"), default="process", help="what runs jobs")
    image_env = Path(".local/venvs/transcriber")
    parser.add_argument("--image-env", type=Path, default=image_env, help="the environment that stands for the image")
    parser.add_argument("--faults", action="store_true", help="let /_faults order faults")
    parser.add_argument("--roles", action="store_true", help="enforce the policies of roles")
    parser.add_argument("--deployments", action="store_true", help="add CloudFormation, MWAA and ECR's registry")
    return parser.parse_args()


def _check_moto_version() -> None:
    installed = importlib.metadata.version("moto")
    if installed != _MOTO:
        sys.exit(
            f"moto {installed} is installed, but standin replaces parts of moto {_MOTO}. Install that one, or check "
            "batch/api.py, s3/ and server/moto_app.py against it, run tests/standin, and change this number."
        )


def _make_runner(arguments: argparse.Namespace) -> Runner:
    if arguments.runner == "process":
        return ProcessRunner(arguments.image_env)
    engine = find_engine()
    if engine is None:
        sys.exit("--runner container needs docker or podman, and neither answers. Start one, or use --runner process.")
    return ContainerRunner(engine)


def _make_application(arguments: argparse.Namespace, runner: Runner, state: Path) -> tuple[Scheduler, Application]:
    """Make the scheduler and the application, with the layers that the command line names. Import no other layer.

    The layer that is installed last receives a request first. So if a role may not make a request, the request is
    refused before it meets a fault.
    """
    hooks = JobHooks()
    if arguments.faults:
        from standin.faults.layer import FaultLayer  # noqa: PLC0415

        faults = FaultLayer()
        hooks = faults.hooks
    scheduler = Scheduler(runner, hooks, state)
    application = Application(scheduler)
    if arguments.deployments:
        from standin.deployments import DeploymentLayer  # noqa: PLC0415

        DeploymentLayer(application, state / "registry").install()
    if arguments.faults:
        faults.install(application, scheduler)
    if arguments.roles:
        from standin.iam.layer import RoleLayer  # noqa: PLC0415

        RoleLayer(scheduler).install(application)
    return scheduler, application


def _catch_signals() -> int:
    """Catch SIGTERM and SIGINT.

    A `threading.Event` is not enough: the kernel may give a signal to any thread, but Python calls the handler only
    when the main thread next wakes up.

    Returns:
        The read end of a pipe. It becomes readable when one of the signals has arrived.
    """
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return read_end


def _keep_large_objects_in(scratch: Path) -> None:
    """Make moto keep large objects in files below `scratch`, and raise this process's limit of open files."""
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = str(_IN_MEMORY_BYTES)
    tempfile.tempdir = str(scratch)
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))


if __name__ == "__main__":
    main()
