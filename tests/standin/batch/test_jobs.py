"""Jobs run as in AWS Batch: the index of each child, how many run at once, DescribeJobs and ListJobs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.standin.standin_server import MAX_VCPUS, Batch, LocalAws, make_batch

PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def printed_environment(batch: Batch, job_id: str) -> dict[str, str]:
    return dict(json.loads(batch.prints(job_id, "\n")))


def test_every_child_gets_its_own_index_and_nothing_of_the_servers_environment(batch: Batch) -> None:
    job_id = batch.python(PRINT_ENVIRONMENT, size=3)
    assert batch.ends(job_id)["status"] == "SUCCEEDED"
    environments = [printed_environment(batch, f"{job_id}:{index}") for index in range(3)]
    assert [environment["AWS_BATCH_JOB_ARRAY_INDEX"] for environment in environments] == ["0", "1", "2"]
    assert [environment["AWS_BATCH_JOB_ID"] for environment in environments] == [
        f"{job_id}:{index}" for index in range(3)
    ]
    assert {environment["AWS_BATCH_JOB_ATTEMPT"] for environment in environments} == {"1"}
    assert {environment["AWS_BATCH_JQ_NAME"] for environment in environments} == {batch.queue}
    assert len({environment["AWS_ACCESS_KEY_ID"] for environment in environments}) == 3
    assert "PYTEST_CURRENT_TEST" not in environments[0]
    # AWS gives a container no region: it has to come from the job definition.
    assert not {"AWS_REGION", "AWS_DEFAULT_REGION"} & environments[0].keys()


def test_a_plain_job_has_no_index(batch: Batch) -> None:
    job_id = batch.python(PRINT_ENVIRONMENT)
    job = batch.ends(job_id)
    assert (job["status"], job["container"]["exitCode"]) == ("SUCCEEDED", 0)
    assert "AWS_BATCH_JOB_ARRAY_INDEX" not in printed_environment(batch, job_id)


def test_parameters_and_overrides_reach_the_command(batch: Batch) -> None:
    definition = batch.define(
        ["python", "-c", "import os, sys; print(sys.argv[1], os.environ['KEPT'], os.environ['CHANGED'])", "Ref::word"],
        environment=[{"name": "KEPT", "value": "kept"}, {"name": "CHANGED", "value": "old"}],
    )
    job_id = batch.submit(
        [],
        jobDefinition=definition,
        parameters={"word": "a; b $HOME"},
        containerOverrides={
            "environment": [{"name": "CHANGED", "value": "new"}],
            "resourceRequirements": [{"type": "VCPU", "value": "2"}],
        },
    )
    batch.prints(job_id, "a; b $HOME kept new\n")
    described = {entry["type"]: entry["value"] for entry in batch.describe(job_id)["container"]["resourceRequirements"]}
    assert described == {"VCPU": "2", "MEMORY": "128"}


def test_one_failed_child_fails_the_array_and_leaves_its_neighbours_alone(batch: Batch) -> None:
    code = "import os, sys; sys.exit(7 if os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1' else 0)"
    parent = batch.ends(batch.python(code, size=3))
    assert (parent["status"], parent["statusReason"]) == ("FAILED", "Array Child Job failed")
    summary = parent["arrayProperties"]["statusSummary"]
    assert parent["arrayProperties"]["size"] == 3
    assert (summary["SUCCEEDED"], summary["FAILED"], sum(summary.values())) == (2, 1, 3)
    assert set(summary) == {"SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"}
    child = batch.describe(f"{parent['jobId']}:1")
    assert (child["status"], child["statusReason"]) == ("FAILED", "Essential container in task exited")
    assert (child["container"]["exitCode"], child["arrayProperties"]["index"]) == (7, 1)


def test_the_parent_is_pending_while_children_run(batch: Batch) -> None:
    job_id = batch.submit(["sleep", "600"], size=3)
    batch.reaches(f"{job_id}:1", "RUNNING")
    parent = batch.describe(job_id)
    assert (parent["status"], parent["arrayProperties"]["statusSummary"]["RUNNABLE"]) == ("PENDING", 1)
    batch.client.terminate_job(jobId=job_id, reason="test over")


def test_no_more_runs_at_once_than_the_compute_environment_has_vcpus_for(batch: Batch) -> None:
    job_id = batch.submit(["sleep", "0.2"], size=6)
    batch.ends(job_id)
    attempts = [batch.describe(f"{job_id}:{index}")["attempts"][0] for index in range(6)]
    changes = [(attempt["startedAt"], 1) for attempt in attempts]
    changes += [(attempt["stoppedAt"], -1) for attempt in attempts]
    running, most_at_once = 0, 0
    for _, change in sorted(changes):
        running += change
        most_at_once = max(most_at_once, running)
    assert most_at_once == MAX_VCPUS


def test_a_job_too_large_for_every_environment_waits_with_a_reason(batch: Batch) -> None:
    too_big = {"resourceRequirements": [{"type": "VCPU", "value": str(MAX_VCPUS + 1)}]}
    job_id = batch.submit(["true"], containerOverrides=too_big)
    reason = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    batch.client.update_compute_environment(computeEnvironment=batch.queue, computeResources={"maxvCpus": MAX_VCPUS})
    assert batch.reaches(job_id, "RUNNABLE")["statusReason"].startswith(reason)
    batch.client.update_compute_environment(
        computeEnvironment=batch.queue, computeResources={"maxvCpus": MAX_VCPUS + 1}
    )
    assert batch.ends(job_id)["status"] == "SUCCEEDED"


def test_ten_thousand_children_take_few_threads_and_seconds(batch: Batch, aws: LocalAws) -> None:
    begun = time.monotonic()
    job_id = batch.submit(["sleep", "600"], size=10_000)
    batch.reaches(f"{job_id}:0", "RUNNING")
    status = Path(f"/proc/{aws.process.pid}/status").read_text()
    assert int(status.partition("Threads:")[2].split()[0]) < 50
    batch.client.terminate_job(jobId=job_id, reason="test over")
    assert batch.ends(job_id)["arrayProperties"]["statusSummary"]["FAILED"] == 10_000
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"arrayProperties": {"size": 1}}, "from 2 to 10000"),
        ({"arrayProperties": {"size": 10_001}}, "from 2 to 10000"),
        ({"jobName": "a:b"}, "Job name"),
        ({"jobDefinition": "nothing"}, "Job definition nothing"),
        ({"retryStrategy": {"attempts": 11}}, "from 1 to 10"),
        ({"dependsOn": [{"jobId": "a"}]}, "does not support dependsOn"),
    ],
)
def test_a_submission_that_aws_would_refuse_is_refused(batch: Batch, request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        batch.submit(["true"], **request_)
    assert refused.value.response["Error"]["Code"] == "ClientException"


def test_describe_jobs_returns_what_was_asked_for_and_at_most_a_hundred(batch: Batch) -> None:
    tags = {"run": "one"}
    retry = {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}]}
    job_id = batch.submit(["true"], tags=tags, retryStrategy=retry, timeout={"attemptDurationSeconds": 99})
    batch.submit(["true"])
    (job,) = batch.client.describe_jobs(jobs=[job_id, "no-such-job"])["jobs"]
    assert (job["jobId"], job["tags"], job["retryStrategy"]) == (job_id, tags, retry)
    assert job["timeout"] == {"attemptDurationSeconds": 99}
    assert batch.client.list_tags_for_resource(resourceArn=job["jobArn"])["tags"] == tags
    with pytest.raises(ClientError, match="at most 100"):
        batch.client.describe_jobs(jobs=[job_id] * 101)


def test_list_jobs_pages_through_all_children_of_one_status(batch: Batch) -> None:
    job_id = batch.submit(["true"], size=7)
    batch.ends(job_id)
    pages = batch.client.get_paginator("list_jobs").paginate(
        arrayJobId=job_id, jobStatus="SUCCEEDED", PaginationConfig={"PageSize": 3}
    )
    listed = [[job["arrayProperties"]["index"] for job in page["jobSummaryList"]] for page in pages]
    assert listed == [[0, 1, 2], [3, 4, 5], [6]]
    assert batch.client.list_jobs(arrayJobId=job_id)["jobSummaryList"] == []  # without a status: RUNNING ones only


def test_list_jobs_finds_a_job_by_its_name_whatever_its_status(batch: Batch) -> None:
    first, array = batch.submit(["true"], jobName="Nightly-1"), batch.submit(["true"], jobName="nightly-2", size=2)
    batch.submit(["true"], jobName="other")

    def named(value: str) -> list[str]:
        filters = [{"name": "JOB_NAME", "values": [value]}]
        return [job["jobId"] for job in batch.client.list_jobs(jobQueue=batch.queue, filters=filters)["jobSummaryList"]]

    assert named("nightly-1") == [first]
    assert named("NIGHTLY*") == [array, first]  # the most recent first; children are not listed


def test_a_job_is_listed_in_its_own_queue_only(batch: Batch, aws: LocalAws) -> None:
    other = make_batch(aws)
    job_id = batch.submit(["true"])
    batch.ends(job_id)
    listed = [queue.client.list_jobs(jobQueue=queue.queue, jobStatus="SUCCEEDED") for queue in (batch, other)]
    assert [[job["jobId"] for job in page["jobSummaryList"]] for page in listed] == [[job_id], []]


def test_the_output_of_a_child_is_in_cloudwatch_and_in_a_file(batch: Batch, aws: LocalAws) -> None:
    definition = batch.define(
        [
            "python",
            "-c",
            "import os; print('child', os.environ['AWS_BATCH_JOB_ARRAY_INDEX'], 'ü\\nno newline', end='')",
        ],
        logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "/own/group"}},
    )
    job_id = batch.submit([], jobDefinition=definition, size=2)
    batch.ends(job_id)
    stream = batch.describe(f"{job_id}:1")["attempts"][0]["container"]["logStreamName"]
    events = aws.client("logs").get_log_events(logGroupName="/own/group", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["child 1 ü", "no newline"]
    assert batch.prints(f"{job_id}:1", "no newline") == "child 1 ü\nno newline"


def test_a_command_that_does_not_exist_fails_the_job_and_says_so(batch: Batch) -> None:
    job_id = batch.submit(["no-such-command"])
    assert batch.ends(job_id)["container"]["exitCode"] == 127
    assert "no-such-command" in batch.prints(job_id, "exec")


def test_a_job_submitted_again_under_its_name_keeps_the_log_of_the_first(batch: Batch) -> None:
    for text in ("first", "second"):
        batch.ends(batch.python(f"print('{text}')", jobName="again"))
    log = batch.aws.state / "logs" / "batch" / "again" / "0-1.log"
    assert log.read_text() == "first\nsecond\n"
