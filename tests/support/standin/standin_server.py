"""A stand-in for AWS in a process of its own, and a Batch queue in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[3]
REGION = "us-east-1"
#: Of the compute environments that `make_batch` creates.
MAX_VCPUS = 2
#: Seconds that a test waits for something.
LIMIT = 30.0


def wait_for(condition: Callable[[], Any], what: str, limit: float = LIMIT) -> Any:
    """Wait until `condition` returns a true value, and return it; fail after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {limit} s"
        time.sleep(0.02)
    return value


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(eq=False)
class LocalAws:
    """A running stand-in."""

    process: subprocess.Popen[bytes] | None
    state: Path
    endpoint: str

    @cache  # noqa: B019  (a server lives as long as the tests, and clients are slow to make)
    def client(self, service: str) -> Any:
        """Make a client that never retries."""
        session: Any = boto3.Session("tests", "made up", region_name=REGION)
        config = Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=self.endpoint, config=config)

    @cached_property
    def network(self) -> dict[str, list[str]]:
        """A subnet and a security group for compute environments."""
        ec2 = self.client("ec2")
        return {
            "subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
            "securityGroupIds": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
        }

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """Send a request to `/_faults`, `/_calls` or `/_copies`.

        Returns:
            The JSON of the response.

        Raises:
            urllib.error.HTTPError: the request was refused.
        """
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.endpoint + path, body, method=method)  # noqa: S310  (its own server)
        with urllib.request.urlopen(request) as response:  # noqa: S310
            return json.loads(response.read() or "null")

    def order(self, **fault: Any) -> None:
        """Put a fault in force."""
        self.control("POST", "/_faults", fault)

    def keys(self, bucket: str) -> list[str]:
        """List the keys of a bucket; one page."""
        return [entry["Key"] for entry in self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the server with a signal. Returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=LIMIT)


@dataclass
class Batch:
    """A queue with `MAX_VCPUS`, and a job definition that runs Python."""

    aws: LocalAws
    queue: str

    def __post_init__(self) -> None:
        self.client = self.aws.client("batch")

    def define(self, command: Sequence[str], **properties: Any) -> str:
        """Register a job definition. Returns its ARN."""
        requirements = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}]
        container = {"image": "python", "command": command, "resourceRequirements": requirements}
        options = {name: properties.pop(name) for name in ("retryStrategy", "timeout") if name in properties}
        registered = self.client.register_job_definition(
            jobDefinitionName=f"d-{uuid.uuid4().hex[:8]}",
            type="container",
            containerProperties=container | properties,
            **options,
        )
        return str(registered["jobDefinitionArn"])

    def submit(self, command: Sequence[str], *, size: int | None = None, **options: Any) -> str:
        """Submit a job under a new name. Returns its id."""
        request = {"jobName": f"j-{uuid.uuid4().hex[:8]}", "jobDefinition": self.define(command)} | options
        if size is not None:
            request["arrayProperties"] = {"size": size}
        return str(self.client.submit_job(jobQueue=self.queue, **request)["jobId"])

    def python(self, code: str, **options: Any) -> str:
        """Submit a job that runs Python code. Returns its id."""
        return self.submit(["python", "-c", code], **options)

    def describe(self, job_id: str) -> dict[str, Any]:
        """Return the description of one job."""
        (job,) = self.client.describe_jobs(jobs=[job_id])["jobs"]
        return dict(job)

    def reaches(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until the job has one of `statuses`. Returns its description."""
        return dict(wait_for(lambda: self._in(job_id, statuses), f"{job_id} {statuses}"))

    def _in(self, job_id: str, statuses: Sequence[str]) -> dict[str, Any] | None:
        job = self.describe(job_id)
        return job if job["status"] in statuses else None

    def ends(self, job_id: str) -> dict[str, Any]:
        """Wait until the job has ended. Returns its description."""
        return self.reaches(job_id, "SUCCEEDED", "FAILED")

    def prints(self, job_id: str, text: str, attempt: int = 1) -> str:
        """Wait until an attempt has printed `text`. Returns its whole log."""
        name, child = self.describe(job_id)["jobName"], job_id.partition(":")[2] or "0"
        log = self.aws.state / "logs" / "batch" / name / f"{child}-{attempt}.log"
        wait_for(lambda: log.exists() and text in log.read_text(), f"{text!r} in {log}")
        return str(log.read_text())


def start(state: Path, *options: str) -> LocalAws:
    """Start a stand-in with command-line options, and wait for its address."""
    command = [sys.executable, "-m", "standin", "--state", str(state), "--image-env", sys.prefix, *options]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    address = state / "aws-endpoint"
    wait_for(lambda: address.exists() or process.poll() is not None, "the address of the stand-in")
    assert process.poll() is None, "the stand-in did not start"
    return LocalAws(process, state, address.read_text())


def make_batch(aws: LocalAws) -> Batch:
    """Create a compute environment of `MAX_VCPUS` and a queue."""
    name, client = f"q-{uuid.uuid4().hex[:8]}", aws.client("batch")
    environment = client.create_compute_environment(
        computeEnvironmentName=name,
        type="MANAGED",
        computeResources={"type": "FARGATE_SPOT", "maxvCpus": MAX_VCPUS, **aws.network},
    )
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    client.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order)
    return Batch(aws, name)
