"""The fault `kill`: the process that sends a chosen request dies before it is carried out, or before the response."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.support.standin.aws_callers import REQUESTS, run
from tests.support.standin.standin_server import Batch, LocalAws, alive

#: As Airflow runs a task: a supervisor with connections of its own forks, and the child calls AWS.
SUPERVISOR = """
import os, socket, sys, urllib.parse, urllib.request
endpoint, bucket = os.environ["AWS_ENDPOINT_URL"], sys.argv[1]
own = socket.create_connection(urllib.parse.urlsplit(endpoint).netloc.split(":"))
if os.fork() == 0:
    urllib.request.urlopen(f"{endpoint}/{bucket}?list-type=2")
    os._exit(0)
print(os.WTERMSIG(os.wait()[1]))
"""
#: A program whose child inherits the connection but does not send the request.
PARENT = """
import http.client, os, sys, time, urllib.parse
connection = http.client.HTTPConnection(urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc)
connection.connect()
child = os.fork()
if child == 0:
    os.close(1)  # what the test reads to its end
    time.sleep(600)
print(child, flush=True)
connection.request("GET", f"/{sys.argv[1]}?list-type=2")
connection.getresponse()
"""


def fired(aws: LocalAws) -> int:
    return int(aws.control("GET", "/_faults")["faults"][0]["fired"])


@pytest.mark.parametrize(("after", "written"), [(False, ["first"]), (True, ["first", "second"])])
def test_a_program_dies_at_a_chosen_s3_request(aws: LocalAws, bucket: str, after: bool, written: list[str]) -> None:
    aws.order(kind="kill", access="PUT", at_request=2, after=after)
    ended = run(aws.endpoint, REQUESTS, bucket, "L:", "P:first", "L:", "P:second", "P:third")
    assert ended == (-signal.SIGKILL, "L: ok\nP:first ok\nL: ok\n")
    assert (aws.keys(bucket), fired(aws)) == (written, 1)


@pytest.mark.parametrize(("after", "submitted"), [(False, 0), (True, 1)])
def test_a_program_dies_when_it_submits_a_job(batch: Batch, aws: LocalAws, after: bool, submitted: int) -> None:
    aws.order(kind="kill", action="SubmitJob", after=after)
    ended = run(aws.endpoint, REQUESTS, batch.queue, f"S:{batch.define(['true'])}")
    assert ended == (-signal.SIGKILL, "")
    filters: Any = [{"name": "JOB_NAME", "values": ["killed"]}]
    jobs = batch.client.list_jobs(jobQueue=batch.queue, filters=filters)["jobSummaryList"]
    assert (len(jobs), fired(aws)) == (submitted, 1)


def test_the_child_that_sends_the_request_dies_and_its_supervisor_learns_of_it(aws: LocalAws, bucket: str) -> None:
    aws.order(kind="kill")
    assert run(aws.endpoint, SUPERVISOR, bucket) == (0, f"{signal.SIGKILL}\n")


def test_a_child_that_inherited_the_connection_lives_on(aws: LocalAws, bucket: str) -> None:
    aws.order(kind="kill")
    code, printed = run(aws.endpoint, PARENT, bucket)
    child = int(printed)
    assert (code, alive(child)) == (-signal.SIGKILL, True)
    os.kill(child, signal.SIGKILL)


def test_no_process_of_the_servers_own_group_is_killed(aws: LocalAws, bucket: str) -> None:
    aws.order(kind="kill")
    ended = run(aws.endpoint, REQUESTS, bucket, "L:", "L:", own_group=False)
    assert ended == (0, "L: KillImpossible\nL: ok\n")
    assert fired(aws) == 0


def test_the_requests_of_jobs_are_not_counted(batch: Batch, aws: LocalAws, bucket: str) -> None:
    aws.order(kind="kill", access="PUT")
    job_id = batch.submit(["python", "-c", REQUESTS, bucket, "P:by a job"])
    assert batch.ends(job_id)["status"] == "SUCCEEDED"
    assert run(aws.endpoint, REQUESTS, bucket, "P:by a program")[0] == -signal.SIGKILL
    assert aws.keys(bucket) == ["by a job"]
