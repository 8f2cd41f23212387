"""Faults of requests to the stand-in, and the counts of calls."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.standin.aws_callers import REQUESTS
from tests.support.standin.standin_server import Batch, LocalAws


def code_of(call: Any, **arguments: Any) -> str:
    """Return the error code of a call, or `ok`."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


@pytest.mark.parametrize("action", ["SubmitJob", "DescribeJobs"])
def test_a_throttled_action_answers_429_as_often_as_ordered(batch: Batch, aws: LocalAws, action: str) -> None:
    aws.order(kind="throttle", action=action, times=2)
    definition = batch.define(["true"])
    calls = {
        "SubmitJob": lambda: batch.client.submit_job(jobName="j", jobQueue=batch.queue, jobDefinition=definition),
        "DescribeJobs": lambda: batch.client.describe_jobs(jobs=["j"]),
    }
    for _ in range(2):
        with pytest.raises(ClientError) as throttled:
            calls[action]()
        assert throttled.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert throttled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    calls[action]()
    assert aws.control("GET", "/_faults")["faults"][0]["fired"] == 2


def test_one_child_is_denied_what_its_neighbour_and_other_callers_may_do(
    batch: Batch, aws: LocalAws, bucket: str
) -> None:
    aws.order(kind="deny", methods=["PUT"], prefix="output/", child=1)
    words = ["P:output/a", "P:runs/a", "G:output/seed"]
    aws.client("s3").put_object(Bucket=bucket, Key="output/seed", Body=b"")
    job_id = batch.submit(["python", "-c", REQUESTS, bucket, *words], size=2)
    batch.ends(job_id)
    assert batch.prints(f"{job_id}:0", "seed") == "P:output/a ok\nP:runs/a ok\nG:output/seed ok\n"
    assert batch.prints(f"{job_id}:1", "seed") == "P:output/a AccessDenied\nP:runs/a ok\nG:output/seed ok\n"


def test_only_callers_that_are_not_jobs_can_be_denied(batch: Batch, aws: LocalAws, bucket: str) -> None:
    aws.order(kind="deny", prefix="processed/", callers="others")
    assert code_of(aws.client("s3").put_object, Bucket=bucket, Key="processed/a", Body=b"") == "AccessDenied"
    job_id = batch.submit(["python", "-c", REQUESTS, bucket, "P:processed/a"])
    assert batch.prints(job_id, "\n") == "P:processed/a ok\n"


def test_a_denied_access_is_denied_to_every_action_that_needs_it(aws: LocalAws, bucket: str) -> None:
    s3 = aws.client("s3")
    for key in ("input/a", "input/b", "output/a"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"text")
    target = {"Bucket": bucket, "Key": "output/new"}
    aws.order(kind="deny", methods=["PUT"], prefix="output/")
    assert code_of(s3.put_object, **target) == "AccessDenied"
    assert code_of(s3.copy_object, **target, CopySource={"Bucket": bucket, "Key": "input/a"}) == "AccessDenied"
    assert code_of(s3.create_multipart_upload, **target) == "AccessDenied"
    assert code_of(s3.get_object, Bucket=bucket, Key="output/a") == "ok"

    aws.order(kind="deny", methods=["GET"], prefix="input/a")
    assert code_of(s3.get_object, Bucket=bucket, Key="input/a") == "AccessDenied"
    assert code_of(s3.head_object, Bucket=bucket, Key="input/a") == "403"
    source = {"Bucket": bucket, "Key": "input/a"}
    assert code_of(s3.copy_object, Bucket=bucket, Key="processed/a", CopySource=source) == "AccessDenied"

    aws.order(kind="deny", methods=["DELETE"], prefix="input/a")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "input/a"}, {"Key": "input/b"}]})
    assert [entry["Key"] for entry in deleted["Deleted"]] == ["input/b"]
    assert [(entry["Key"], entry["Code"]) for entry in deleted["Errors"]] == [("input/a", "AccessDenied")]

    assert code_of(s3.list_objects_v2, Bucket=bucket, Prefix="input/") == "ok"
    aws.order(kind="deny", methods=["LIST"], prefix="input/")
    assert code_of(s3.list_objects_v2, Bucket=bucket, Prefix="input/") == "AccessDenied"


def test_a_job_can_be_killed_at_a_chosen_request_which_is_not_carried_out(
    batch: Batch, aws: LocalAws, bucket: str
) -> None:
    aws.order(kind="spot_reclaim", at_request=2, access="DELETE")
    words = ["P:first", "P:second", "D:first", "D:second", "P:third"]
    job_id = batch.submit(["python", "-c", REQUESTS, bucket, *words], retryStrategy={"attempts": 1})
    assert batch.ends(job_id)["statusReason"].startswith("Host EC2")
    assert batch.prints(job_id, "D:first") == "P:first ok\nP:second ok\nD:first ok\n"
    assert aws.keys(bucket) == ["second"]


def test_calls_are_counted_by_service_and_action(batch: Batch, aws: LocalAws, bucket: str) -> None:
    aws.control("DELETE", "/_calls")
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="input/a b", Body=b"")
    s3.copy_object(Bucket=bucket, Key="processed/a b", CopySource={"Bucket": bucket, "Key": "input/a b"})
    s3.list_objects_v2(Bucket=bucket, Prefix="input/")
    s3.list_objects_v2(Bucket=bucket)
    s3.head_object(Bucket=bucket, Key="input/a b")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "input/a b"}]})
    batch.client.describe_jobs(jobs=["a"])
    aws.client("logs").describe_log_groups()
    aws.client("sts").get_caller_identity()
    assert aws.control("GET", "/_calls") == {
        "batch": {"DescribeJobs": 1},
        "logs": {"DescribeLogGroups": 1},
        "s3": {
            "COPY processed/": 1,
            "HEAD input/": 1,
            "LIST ": 1,
            "LIST input/": 1,
            "POST ?delete": 1,
            "PUT input/": 1,
        },
        "sts": {"GetCallerIdentity": 1},
    }


def test_an_invalid_fault_is_refused_with_an_explanation(aws: LocalAws) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        aws.order(kind="spot_reclaim", chidl=1)
    with refused.value as response:
        assert response.code == 400
        assert "has no 'chidl'" in json.load(response)["error"]


def test_faults_can_be_seen_and_ended(aws: LocalAws) -> None:
    aws.order(kind="deny", prefix="output/", methods=["PUT"])
    (fault,) = aws.control("GET", "/_faults")["faults"]
    assert (fault["kind"], fault["prefix"], fault["fired"]) == ("deny", "output/", 0)
    aws.control("DELETE", "/_faults")
    assert aws.control("GET", "/_faults") == {"faults": []}
