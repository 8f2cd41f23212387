"""Two independent S3 servers, MiniStack and SeaweedFS, each in a process of its own that only this machine can reach.

Both the tests of the DAG (Python 3.12) and those of the container (Python 3.9) use this module.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".local/venvs/s3-servers/bin"
REGION = "us-east-1"
#: The longest time that a server may take to start or to end, in seconds. On a quiet machine, they start in 1 to 5 s.
LIMIT = 60.0
#: How often a start is tried. Another program can take a port between its choice and its use.
STARTS = 3
_TICK = 0.05


class EndedEarly(Exception):
    """Raised when a server ended before it answered."""


@dataclass(eq=False)
class S3Server:
    """A running server."""

    name: str
    #: The ports of the server on 127.0.0.1; clients of S3 use the first one.
    ports: Sequence[int]
    process: subprocess.Popen[bytes]
    #: The signal that ends the server.
    ending: signal.Signals

    @property
    def endpoint(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which S3 clients of a program connect to the server, and clients of other services do not.

        The second variable keeps boto3 from sending `Expect: 100-continue` with an empty body, because SeaweedFS does
        not answer the next PUT on such a connection.
        """
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE": "true"}

    @cached_property
    def client(self) -> Any:
        """An S3 client that never retries. The servers accept its made-up credentials."""
        session: Any = boto3.session.Session("test", "test", region_name=REGION)
        config = Config(retries={"total_max_attempts": 1})
        return session.client("s3", endpoint_url=self.endpoint, config=config)

    def end(self) -> None:
        """End the server, at the latest with SIGKILL."""
        self.process.send_signal(self.ending)
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for port in self.ports:  # SeaweedFS leaves these files, and no option puts them elsewhere
            for path in Path("/tmp").glob(f"seaweedfs-*-grpc-{port}.sock"):  # noqa: S108
                path.unlink()


def start_ministack(folder: Path) -> S3Server:
    """Start MiniStack, which keeps its objects in memory, and return it when it stores objects.

    Args:
        folder: the folder for the log and for temporary files.

    Raises:
        AssertionError: the server did not start.
    """

    def launch(ports: Sequence[int]) -> subprocess.Popen[bytes]:
        variables = {
            "GATEWAY_PORT": str(ports[0]),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
        }
        return _run([str(PROGRAMS / "ministack")], variables, folder)

    return _start("ministack", launch, folder, ports=1, ending=signal.SIGTERM)


def start_seaweedfs(folder: Path) -> S3Server:
    """Start SeaweedFS with all its parts, and return it when it stores objects.

    Every port is given, because SeaweedFS has a fixed default for each. After SIGTERM it waits 25 s for its own
    clients, so that SIGKILL ends it.

    Args:
        folder: the folder for the objects, the log and temporary files.

    Raises:
        AssertionError: the server did not start.
    """

    def launch(ports: Sequence[int]) -> subprocess.Popen[bytes]:
        parts = ("s3", "master", "volume", "filer")
        options = [f"-{part}.port={port}" for part, port in zip(parts, ports)]
        options += [f"-{part}.port.grpc={port}" for part, port in zip(parts, ports[len(parts) :])]
        options += [f"-{part}.localSocket={folder / part}.sock" for part in ("s3", "filer")]
        # Each bucket takes a volume. With less free space than the default, or more volumes, SeaweedFS stores nothing.
        options += ["-master.volumeSizeLimitMB=64", "-volume.max=5000", "-volume.minFreeSpace=1MiB"]
        options += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-master.telemetry=false"]
        command = [str(PROGRAMS / "weed"), "server", "-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        return _run([*command, *options], {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}, folder)

    return _start("seaweedfs", launch, folder, ports=8, ending=signal.SIGKILL)


def _run(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    assert Path(command[0]).exists(), f"{command[0]} is missing: make .local/venvs/s3-servers/ready installs it"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **variables}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


def _start(
    name: str,
    launch: Callable[[Sequence[int]], subprocess.Popen[bytes]],
    folder: Path,
    *,
    ports: int,
    ending: signal.Signals,
) -> S3Server:
    """Start a server on free ports, and return it when it stores objects.

    Args:
        name: the name of the server.
        launch: starts the process; its argument is the ports, that of S3 first.
        folder: the folder of the log.
        ports: the number of ports.
        ending: the signal that ends the server.
    """
    for _ in range(STARTS):
        chosen = _free_ports(ports)
        server = S3Server(name, chosen, launch(chosen), ending)
        try:
            _wait_until_it_stores(server)
        except EndedEarly:
            server.end()
            continue
        except BaseException:
            server.end()
            raise
        return server
    raise AssertionError(f"{name} did not start. Its log:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")


def _free_ports(number: int) -> list[int]:
    """Return ports that no program uses, each one once."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _wait_until_it_stores(server: S3Server) -> None:
    """Wait until the server stores and deletes an object. SeaweedFS answers some seconds before it can do that.

    Raises:
        EndedEarly: the server ended.
        AssertionError: the server cannot store an object within `LIMIT` seconds.
    """
    deadline = time.monotonic() + LIMIT
    while not _stores(server.client):
        if server.process.poll() is not None:
            raise EndedEarly
        assert time.monotonic() < deadline, f"{server.name} does not store objects within {LIMIT} s"
        time.sleep(_TICK)


def _stores(client: Any) -> bool:
    try:
        if not client.list_buckets()["Buckets"]:
            client.create_bucket(Bucket="ready")
        client.put_object(Bucket="ready", Key="key", Body=bytes(20_000))
        client.delete_object(Bucket="ready", Key="key")
        client.delete_bucket(Bucket="ready")
    except (BotoCoreError, ClientError):
        return False
    return True


#: The function that starts a server, by the server's name.
START = {"ministack": start_ministack, "seaweedfs": start_seaweedfs}
