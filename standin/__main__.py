"""`python -m standin --state DIR`: serves until SIGTERM or SIGINT; its address is in DIR/aws-endpoint."""

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

from standin.batch.scheduler import Scheduler
from standin.execution.container_engine import find_engine
from standin.execution.runners import ContainerRunner, ProcessRunner, Runner
from standin.faults.fault_book import FaultBook
from standin.server.application import LocalAws, QuietHandler
from standin.server.services import Services

_MOTO = "5.2.5"
_HOST = "127.0.0.1"
#: Objects larger than this, in bytes, lie in files: less than the parts in which SDKs send large ones.
_IN_MEMORY = 4 * 1024 * 1024


def main() -> None:
    """Serve until told to end; then nothing that was started is left."""
    arguments = _arguments()
    _check_moto()
    runner, state = _runner(arguments), arguments.state.resolve()
    address, scratch = state / "aws-endpoint", state / "tmp"
    address.unlink(missing_ok=True)
    shutil.rmtree(scratch, ignore_errors=True)  # what a server that was killed left
    scratch.mkdir(parents=True)
    _make_room(scratch)

    book = FaultBook()
    scheduler = Scheduler(runner, book, state)
    services = Services(state / "registry")
    server = make_server(_HOST, 0, LocalAws(scheduler, book, services), threaded=True, request_handler=QuietHandler)
    endpoint = f"http://{_HOST}:{server.port}"
    told_to_end = _catch_signals()
    services.endpoint = endpoint
    if isinstance(runner, ContainerRunner):
        runner.registry = f"{_HOST}:{server.port}"
    scheduler.start(endpoint)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    (scratch / "endpoint").write_text(endpoint)
    (scratch / "endpoint").rename(address)

    os.read(told_to_end, 1)
    address.unlink()
    server.shutdown()
    scheduler.stop()
    shutil.rmtree(scratch, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standin", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for the address, logs and temporary files")
    parser.add_argument("--runner", choices=("process", "container"), default="process", help="what runs jobs")
    image_env = Path(".local/venvs/transcriber")
    parser.add_argument("--image-env", type=Path, default=image_env, help="the environment that stands for the image")
    return parser.parse_args()


def _check_moto() -> None:
    installed = importlib.metadata.version("moto")
    if installed != _MOTO:
        sys.exit(
            f"moto {installed} is installed, but standin replaces parts of moto {_MOTO}. Install that one, or check "
            "batch/api.py, s3/ and server/application.py against it, run tests/standin, and change this number."
        )


def _runner(arguments: argparse.Namespace) -> Runner:
    if arguments.runner == "process":
        return ProcessRunner(arguments.image_env)
    engine = find_engine()
    if engine is None:
        sys.exit("--runner container needs docker or podman, and neither answers. Start one, or use --runner process.")
    return ContainerRunner(engine)


def _catch_signals() -> int:
    """A descriptor that can be read once SIGTERM or SIGINT came.

    The kernel may give them to any thread, and Python's handlers run in the main thread when it next wakes up: it would
    sleep on if it waited for an event.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return told


def _make_room(scratch: Path) -> None:
    """Let moto keep large objects in files below `scratch`, one descriptor each, and as many as the system allows."""
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = str(_IN_MEMORY)
    tempfile.tempdir = str(scratch)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
