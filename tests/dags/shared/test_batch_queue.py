"""The Batch queue: submit a job only once, find jobs by name, describe a job and all its children."""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.httpsession import URLLib3Session
from tenacity import wait_none

from tests.support.dags.airflow_deployment import AirflowDeployment, waits_for
from transcription.contract.errors import JobRefused
from transcription.shared import batch_job
from transcription.shared import batch_queue as batch_queue_module
from transcription.shared.batch_queue import BatchQueue

NAME = "transcribe-run-1"
PARAMETERS = {"run": "run-1", "draft": "0a1b"}
#: More vCPUs than the test's queue has: a job that needs them never starts.
UNAVAILABLE_RESOURCES = [{"type": "VCPU", "value": "64"}, {"type": "MEMORY", "value": "128"}]


@pytest.fixture
def batch(deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch) -> BatchQueue:
    """The queue, which submits again without a pause."""
    monkeypatch.setattr(batch_queue_module, "wait_random_exponential", lambda **_: wait_none())
    return BatchQueue(deployment.queue.queue)


@pytest.fixture
def submit(batch: BatchQueue, deployment: AirflowDeployment) -> Callable[..., str]:
    """A function that submits a job, which prints its parameters unless a job definition is given.

    It returns the job's id.
    """
    prints_parameters = deployment.define("import sys; print(*sys.argv[1:])")

    def submit(
        name: str = NAME,
        children: int = 1,
        known: Set[str] = frozenset(),
        definition: str = prints_parameters,
    ) -> str:
        return batch.submit(name, definition, children, PARAMETERS, set(known))

    return submit


@pytest.mark.parametrize("definition", ["a-name", "a-name:3", "arn:aws:batch:us-east-1:1:job-definition/a-name:12"])
def test_a_job_definition_has_one_name_in_all_forms(definition: str) -> None:
    assert batch_job.definition_name(definition) == "a-name"


def count_submissions(deployment: AirflowDeployment) -> int:
    """Count the requests to submit a job, the refused ones too."""
    return deployment.calls("batch").get("SubmitJob", 0)


def test_one_child_is_a_plain_job(submit: Callable[..., str], deployment: AirflowDeployment) -> None:
    """Batch refuses an array of one child."""
    job = deployment.queue.ends(submit())
    assert (job["status"], job["jobName"], batch_job.child_count(job)) == ("SUCCEEDED", NAME, 1)
    assert "arrayProperties" not in job


def test_several_children_are_an_array(submit: Callable[..., str], deployment: AirflowDeployment) -> None:
    job = deployment.queue.ends(submit(children=3))
    assert (job["status"], batch_job.child_count(job)) == ("SUCCEEDED", 3)


def test_the_parameters_reach_the_container(submit: Callable[..., str], deployment: AirflowDeployment) -> None:
    job_id = submit(name=f"{NAME}-parameters")  # the log file has the name of the job, so no other test writes to it
    assert deployment.queue.prints(job_id, "0a1b").split() == ["run-1", "0a1b"]


def test_a_submission_that_is_throttled_goes_through_later_and_once(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    deployment.aws.order(kind="throttle", action="SubmitJob", times=5)
    job_id = submit()
    assert [job["jobId"] for job in batch.jobs(NAME)] == [job_id]
    assert count_submissions(deployment) == 6


def test_a_submission_is_not_tried_for_ever(
    submit: Callable[..., str], deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_queue_module, "_SUBMIT_SECONDS", 0.2)
    deployment.aws.order(kind="throttle", action="SubmitJob")
    with pytest.raises(ClientError, match="TooManyRequests"):
        submit()


def test_a_submission_that_can_never_succeed_is_not_repeated(
    submit: Callable[..., str], deployment: AirflowDeployment
) -> None:
    with pytest.raises(JobRefused, match=r"no-such-definition.*job_queue and job_definition.*clear this task"):
        submit(definition="no-such-definition")
    assert count_submissions(deployment) == 1


def test_a_submission_whose_answer_was_lost_is_found_and_not_repeated(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    """A second job would transcribe all of the audio again, and cost as much again."""
    deployment.aws.order(kind="lose_answer", action="SubmitJob", times=1)
    job_id = submit(children=2)
    assert [job["jobId"] for job in batch.jobs(NAME)] == [job_id]
    assert count_submissions(deployment) == 1


def test_a_known_earlier_job_is_not_taken_for_the_new_one(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    first = submit()
    deployment.aws.order(kind="throttle", action="SubmitJob", times=1)
    second = submit(known={first})
    assert {job["jobId"] for job in batch.jobs(NAME)} == {first, second}
    assert len({first, second}) == 2


def test_a_job_of_another_run_is_not_taken_for_ours(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    other = submit(name=f"{NAME}0")
    deployment.aws.order(kind="throttle", action="SubmitJob", times=1)
    assert submit() != other
    assert len(batch.jobs(f"{NAME}*")) == 2


def test_a_batch_that_cannot_be_reached_for_a_moment_is_tried_again(
    submit: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = URLLib3Session.send
    refused: list[AWSPreparedRequest] = []

    def refuse_once(self: URLLib3Session, request: AWSPreparedRequest) -> object:
        if request.url.endswith("/submitjob") and not refused:
            refused.append(request)
            raise EndpointConnectionError(endpoint_url="batch")
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", refuse_once)
    assert submit()
    assert refused


def test_jobs_are_found_by_their_whole_name_the_newest_first(submit: Callable[..., str], batch: BatchQueue) -> None:
    first, second, _ = submit(), submit(), submit(name=f"{NAME}0")
    assert [job["jobId"] for job in batch.jobs(NAME)] in ([second, first], [first, second])
    created = [job["createdAt"] for job in batch.jobs(NAME)]
    assert created == sorted(created, reverse=True)
    assert len(batch.jobs("transcribe-*")) == 3
    assert batch.jobs("transcribe") == []


def test_all_jobs_are_found_however_many_there_are(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    """Batch lists at most 100 jobs in a response."""
    never_starts = deployment.define("", resourceRequirements=UNAVAILABLE_RESOURCES)
    submitted = {submit(name=f"{NAME}-{number}", definition=never_starts) for number in range(101)}
    assert {job["jobId"] for job in batch.jobs(f"{NAME}-*")} == submitted


def test_all_children_are_found_however_many_there_are(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    """Batch lists at most 1,000 children in a response, and describes at most 100 jobs."""
    job_id = submit(children=1_050, definition=deployment.define("", resourceRequirements=UNAVAILABLE_RESOURCES))
    batch.end(job_id, "enough")
    parent = batch.describe(job_id)
    ids = [f"{job_id}:{index}" for index in range(1_050)]
    assert sorted(batch.children(parent)) == sorted(ids)
    assert sorted(batch.children(parent, batch_job.JOB_FAILED)) == sorted(ids)
    deployment.aws.control("DELETE", "/_calls")
    assert {job["jobId"] for job in batch.describe_all(batch.children(parent))} == set(ids)
    assert deployment.calls("batch") == {"DescribeJobs": 11}


def test_children_are_told_apart_by_how_they_ended(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    code = "import os, sys; sys.exit(os.environ['AWS_BATCH_JOB_ARRAY_INDEX'] == '1')"
    job_id = submit(children=3, definition=deployment.define(code))
    parent = deployment.queue.ends(job_id)
    assert list(batch.children(parent, batch_job.JOB_FAILED)) == [f"{job_id}:1"]
    assert sorted(batch.children(parent, batch_job.JOB_SUCCEEDED)) == [f"{job_id}:0", f"{job_id}:2"]


def test_a_plain_job_is_its_own_only_child(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    job_id = submit()
    parent = deployment.queue.ends(job_id)
    assert list(batch.children(parent)) == [job_id] == list(batch.children(parent, batch_job.JOB_SUCCEEDED))
    assert list(batch.children(parent, batch_job.JOB_FAILED)) == []


@pytest.mark.parametrize("children", [1, 2])
def test_batch_says_why_a_job_waits(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue, children: int
) -> None:
    deployment.aws.order(kind="stuck", reason="CAPACITY:NONE - no machine")
    job_id = submit(children=children)
    deployment.queue.reaches(job_id, "RUNNABLE", "PENDING")
    assert batch.waiting_reason(batch.describe(job_id)) == "CAPACITY:NONE - no machine"


@pytest.mark.parametrize("children", [1, 2])
def test_where_batch_gives_no_reason_none_is_made_up(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue, children: int, gate: Path
) -> None:
    job_id = submit(children=children, definition=deployment.define(waits_for(gate)))
    deployment.queue.reaches(f"{job_id}:1" if children > 1 else job_id, "RUNNING")
    assert batch.waiting_reason(batch.describe(job_id)) == ""
    gate.touch()


def test_a_job_is_ended_with_all_its_children(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue, gate: Path
) -> None:
    job_id = submit(children=3, definition=deployment.define(waits_for(gate)))
    deployment.queue.reaches(f"{job_id}:1", "RUNNING")
    batch.end(job_id, "nobody waits for it")
    parent = deployment.queue.ends(job_id)
    assert parent["status"] == "FAILED"
    children = batch.describe_all(batch.children(parent))
    assert {(child["status"], child["statusReason"]) for child in children} == {("FAILED", "nobody waits for it")}


def test_a_job_that_is_over_stays_as_it_is(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue
) -> None:
    job_id = submit()
    deployment.queue.ends(job_id)
    batch.end(job_id, "too late")
    assert batch.describe(job_id)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("action", ["ListJobs", "DescribeJobs", "TerminateJob"])
def test_throttling_is_waited_out(
    submit: Callable[..., str], deployment: AirflowDeployment, batch: BatchQueue, action: str
) -> None:
    """Regression: a throttled DescribeJobs failed the task, and its retry submitted a second job."""
    job_id = submit()
    deployment.queue.ends(job_id)
    deployment.aws.order(kind="throttle", action=action, times=2)
    requests: dict[str, Callable[[], object]] = {
        "ListJobs": lambda: batch.jobs(NAME),
        "DescribeJobs": lambda: batch.describe(job_id),
        "TerminateJob": lambda: batch.end(job_id, "enough"),
    }
    requests[action]()
    assert deployment.calls("batch")[action] >= 3


def test_a_job_that_batch_does_not_know_yet_is_waited_for(
    submit: Callable[..., str], batch: BatchQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DescribeJobs may not return a job in the first moment after SubmitJob."""
    monkeypatch.setattr(batch_queue_module, "wait_fixed", lambda _: wait_none())
    job_id, describe_all = submit(), batch.describe_all
    jobs_in_responses = [0, 0, 1]
    monkeypatch.setattr(batch, "describe_all", lambda ids: describe_all(list(ids)[: jobs_in_responses.pop(0)]))
    assert batch.describe(job_id)["jobId"] == job_id
    assert jobs_in_responses == []
