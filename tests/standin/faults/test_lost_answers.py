"""The fault `lose_answer`: a request is carried out, but its response is lost."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.support.standin.aws_callers import REQUESTS
from tests.support.standin.standin_server import Batch, LocalAws


def test_a_job_is_submitted_although_the_answer_is_lost(batch: Batch, aws: LocalAws) -> None:
    aws.order(kind="lose_answer", action="SubmitJob", times=1)
    with pytest.raises(ConnectionClosedError):
        batch.submit(["true"], jobName="lost")
    batch.submit(["true"], jobName="lost")
    filters: Any = [{"name": "JOB_NAME", "values": ["lost"]}]
    assert len(batch.client.list_jobs(jobQueue=batch.queue, filters=filters)["jobSummaryList"]) == 2
    assert aws.control("GET", "/_calls")["batch"]["SubmitJob"] == 2


def test_an_object_is_written_although_the_answer_is_lost(aws: LocalAws, bucket: str) -> None:
    s3 = aws.client("s3")
    aws.order(kind="lose_answer", action="PUT runs/", times=1)
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket=bucket, Key="runs/once", Body=b"text", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="runs/once", Body=b"text", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="runs/once")["Body"].read() == b"text"


def test_a_refused_request_is_answered(aws: LocalAws, bucket: str) -> None:
    aws.order(kind="lose_answer", action="PUT runs/")
    aws.order(kind="deny", methods=["PUT"])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("s3").put_object(Bucket=bucket, Key="runs/a", Body=b"")


def test_only_a_jobs_answers_can_be_lost(batch: Batch, aws: LocalAws, bucket: str) -> None:
    aws.order(kind="lose_answer", action="PUT *", callers="jobs")
    aws.client("s3").put_object(Bucket=bucket, Key="by a program", Body=b"")
    job_id = batch.submit(["python", "-c", REQUESTS, bucket, "P:by a job"])
    assert batch.ends(job_id)["status"] == "FAILED"
    assert "ConnectionClosedError" in batch.prints(job_id, "Error")
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 2
