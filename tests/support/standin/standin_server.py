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
#: The vCPUs of the compute environments that `make_batch` creates.
MAX_VCPUS = 2
#: The longest time that a test waits for a condition, in seconds.
LIMIT = 120.0


def wait_for(condition: Callable[[], Any], what: str, limit: float = LIMIT) -> Any:
    """Wait until `condition` returns a true value, and return this value.

    Args:
        condition: the condition.
        what: a name of the condition, for the error.
        limit: the longest time to wait, in seconds.

    Raises:
        AssertionError: the condition was not true within `limit` seconds.
    """
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {limit} s"
        time.sleep(0.02)
    return value


def alive(pid: int) -> bool:
    """Return whether a process runs. A zombie (a process that has ended and still has an id) does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(eq=False)
class LocalAws:
    """A running stand-in."""

    process: subprocess.Popen[bytes] | None
    #: The folder for the files of the stand-in.
    state: Path
    #: The URL of the stand-in.
    endpoint: str

    @cache  # noqa: B019  (a server lives as long as the tests, and clients are slow to make)
    def client(self, service: str) -> Any:
        """Return the client of an AWS service. The client never retries, and is made once for each service."""
        session: Any = boto3.Session("tests", "made up", region_name=REGION)
        config = Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=self.endpoint, config=config)

    @cached_property
    def network(self) -> dict[str, list[str]]:
        """A subnet and a security group, as CreateComputeEnvironment expects them."""
        ec2 = self.client("ec2")
        return {
            "subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
            "securityGroupIds": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
        }

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """Send a request to `/_faults`, `/_calls` or `/_copies`.

        Args:
            method: the HTTP method.
            path: the path.
            document: the content of the body, which is sent as JSON; `None` sends no body.

        Returns:
            The content of the response, or `None` if the response is empty.

        Raises:
            urllib.error.HTTPError: the request was refused.
        """
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.endpoint + path, body, method=method)  # noqa: S310  (its own server)
        with urllib.request.urlopen(request) as response:  # noqa: S310
            return json.loads(response.read() or "null")

    def order(self, **fault: Any) -> None:
        """Let the stand-in cause a fault with these fields. standin/README.md lists the kinds and fields."""
        self.control("POST", "/_faults", fault)

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of a bucket, at most the 1,000 keys of one page."""
        return [entry["Key"] for entry in self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the server with a signal, and return the exit code of the server."""
        self.process.send_signal(number)
        return self.process.wait(timeout=LIMIT)


@dataclass
class Batch:
    """A Batch queue whose compute environment has `MAX_VCPUS` vCPUs."""

    aws: LocalAws
    #: The name of the queue.
    queue: str

    def __post_init__(self) -> None:
        self.client = self.aws.client("batch")

    def define(self, command: Sequence[str], *, name: str | None = None, **properties: Any) -> str:
        """Register a job definition, and return its ARN.

        Args:
            command: the command that the jobs run.
            name: the name of the job definition; `None` makes a new one.
            properties: `retryStrategy` and `timeout` of the job definition, and further container properties.
        """
        requirements = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}]
        container = {"image": "python", "command": command, "resourceRequirements": requirements}
        options = {name: properties.pop(name) for name in ("retryStrategy", "timeout") if name in properties}
        registered = self.client.register_job_definition(
            jobDefinitionName=name or f"d-{uuid.uuid4().hex[:8]}",
            type="container",
            containerProperties=container | properties,
            **options,
        )
        return str(registered["jobDefinitionArn"])

    def submit(self, command: Sequence[str], *, size: int | None = None, **options: Any) -> str:
        """Submit a job with a new name and a new job definition, and return the id of the job.

        Args:
            command: the command that the job runs.
            size: the number of children of an array job; `None` submits a job that is no array.
            options: further parameters of SubmitJob.
        """
        request = {"jobName": f"j-{uuid.uuid4().hex[:8]}", "jobDefinition": self.define(command)} | options
        if size is not None:
            request["arrayProperties"] = {"size": size}
        return str(self.client.submit_job(jobQueue=self.queue, **request)["jobId"])

    def python(self, code: str, **options: Any) -> str:
        """Submit a job that runs Python code, and return the id of the job. The options are those of `submit`."""
        return self.submit(["python", "-c", code], **options)

    def describe(self, job_id: str) -> dict[str, Any]:
        """Return the description of a job, as DescribeJobs returns it."""
        (job,) = self.client.describe_jobs(jobs=[job_id])["jobs"]
        return dict(job)

    def reaches(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until a job has one of `statuses`, and return the description of the job."""
        return dict(wait_for(lambda: self._in(job_id, statuses), f"{job_id} {statuses}"))

    def _in(self, job_id: str, statuses: Sequence[str]) -> dict[str, Any] | None:
        job = self.describe(job_id)
        return job if job["status"] in statuses else None

    def ends(self, job_id: str) -> dict[str, Any]:
        """Wait until a job has ended, and return the description of the job."""
        return self.reaches(job_id, "SUCCEEDED", "FAILED")

    def prints(self, job_id: str, text: str, attempt: int = 1) -> str:
        """Wait until an attempt of a child has printed `text`, and return the whole log of the attempt.

        Args:
            job_id: the id of the child, or of a job without children.
            text: the text to wait for.
            attempt: the number of the attempt; the first attempt has number 1.
        """
        name, child = self.describe(job_id)["jobName"], job_id.partition(":")[2] or "0"
        log = self.aws.state / "logs" / "batch" / name / f"{child}-{attempt}.log"
        wait_for(lambda: log.exists() and text in log.read_text(), f"{text!r} in {log}")
        return str(log.read_text())


def start(state: Path, *options: str) -> LocalAws:
    """Start a stand-in, and return it when it can be reached.

    Args:
        state: the folder for the files of the stand-in.
        options: further options of the stand-in's command line.

    Raises:
        AssertionError: the stand-in did not start.
    """
    command = [sys.executable, "-m", "standin", "--state", str(state), "--image-env", sys.prefix, *options]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    address = state / "aws-endpoint"
    wait_for(lambda: address.exists() or process.poll() is not None, "the address of the stand-in")
    assert process.poll() is None, "the stand-in did not start"
    return LocalAws(process, state, address.read_text())


def make_batch(aws: LocalAws) -> Batch:
    """Create a compute environment with `MAX_VCPUS` vCPUs and a queue, and return the queue."""
    name, client = f"q-{uuid.uuid4().hex[:8]}", aws.client("batch")
    environment = client.create_compute_environment(
        computeEnvironmentName=name,
        type="MANAGED",
        computeResources={"type": "FARGATE_SPOT", "maxvCpus": MAX_VCPUS, **aws.network},
    )
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    client.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order)
    return Batch(aws, name)
