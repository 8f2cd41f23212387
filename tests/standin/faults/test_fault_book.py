"""Faults hit exactly the chosen attempts and callers, and a mistake in a fault is explained."""

from __future__ import annotations

from typing import Any

import pytest

from standin.batch.attempt_id import AttemptId
from standin.faults import fault_parser
from standin.faults.fault import FaultInvalid
from standin.faults.fault_book import FaultBook
from standin.server.api_call import ApiCall, ObjectAccess

CHILD = AttemptId(job="run-1", child=2, attempt=1)


def call(action: str, *accesses: str) -> ApiCall:
    service = "s3" if " " in action else "batch"
    return ApiCall(service, action, "", tuple(ObjectAccess(kind, "key") for kind in accesses))


def order(**document: Any) -> FaultBook:
    book = FaultBook()
    book.add(fault_parser.parse(document))
    return book


@pytest.mark.parametrize(
    ("chosen", "hit"),
    [
        ({}, True),
        ({"job": "run-1"}, True),
        ({"job": "run-*"}, True),
        ({"job": "run"}, False),
        ({"child": 2}, True),
        ({"child": 1}, False),
        ({"job": "run-1", "child": 2, "attempt": 1}, True),
        ({"job": "run-1", "child": 2, "attempt": 2}, False),
    ],
)
def test_a_fault_hits_only_the_chosen_job_child_and_attempt(chosen: dict[str, Any], hit: bool) -> None:
    assert bool(order(kind="spot_reclaim", **chosen).interruptions(CHILD)) is hit
    assert order(kind="image_pull", **chosen).hides_image(CHILD) is hit
    assert bool(order(kind="stuck", **chosen).stuck(CHILD)) is hit
    assert order(kind="deny", **chosen).denies(CHILD, "PUT", "output/a") is hit
    assert order(kind="lose_answer", action="PUT *", **chosen).loses_answer(CHILD, call("PUT output/")) is hit


@pytest.mark.parametrize(
    ("fault", "job", "other"),
    [
        ({}, True, True),
        ({"callers": "jobs"}, True, False),
        ({"callers": "others"}, False, True),
        ({"child": 2}, True, False),
        ({"prefix": "output/"}, True, True),
        ({"prefix": "runs/"}, False, False),
        ({"methods": ["PUT", "LIST"]}, True, True),
        ({"methods": ["GET"]}, False, False),
    ],
)
def test_access_is_denied_only_to_the_chosen_callers(fault: dict[str, Any], job: bool, other: bool) -> None:
    book = order(kind="deny", **fault)
    assert (book.denies(CHILD, "PUT", "output/a"), book.denies(None, "PUT", "output/a")) == (job, other)


def test_a_fault_fires_at_most_times_times_and_counts_it() -> None:
    book = order(kind="throttle", action="SubmitJob", times=2)
    assert not book.throttles(call("DescribeJobs"))
    assert [book.throttles(call("SubmitJob")) for _ in range(4)] == [True, True, False, False]
    assert [(fault["kind"], fault["fired"]) for fault in book.describe()] == [("throttle", 2)]


@pytest.mark.parametrize(
    ("fault", "job", "other"),
    [
        ({"action": "PUT runs/"}, True, True),
        ({"action": "PUT *"}, True, True),
        ({"action": "PUT"}, False, False),
        ({"action": "SubmitJob"}, False, False),
        ({"action": "PUT runs/", "callers": "jobs"}, True, False),
        ({"action": "PUT runs/", "callers": "others"}, False, True),
    ],
)
def test_only_the_chosen_responses_are_lost(fault: dict[str, Any], job: bool, other: bool) -> None:
    book = order(kind="lose_answer", **fault)
    put = call("PUT runs/", "PUT")
    assert (book.loses_answer(CHILD, put), book.loses_answer(None, put)) == (job, other)


@pytest.mark.parametrize(
    ("fault", "killed"),
    [
        ({}, 0),
        ({"at_request": 5}, 4),
        ({"access": "PUT"}, 1),
        ({"access": "PUT", "at_request": 2}, 4),
        ({"access": "GET", "at_request": 2}, 4),
        ({"action": "SubmitJob"}, 2),
        ({"action": "COPY *"}, 4),
        ({"access": "PUT", "action": "COPY processed/"}, 4),
        ({"access": "DELETE"}, None),
        ({"at_request": 6}, None),
    ],
)
def test_a_kill_counts_what_matches_since_it_was_ordered_and_never_a_jobs_requests(
    fault: dict[str, Any], killed: int | None
) -> None:
    calls = [
        call("LIST input/", "LIST"),
        call("PUT runs/", "PUT"),
        call("SubmitJob"),
        call("GET runs/", "GET"),
        call("COPY processed/", "PUT", "GET"),
    ]
    book = order(kind="kill", **fault)
    assert not any(book.due_kill(CHILD, call_) for call_ in calls)
    due = [number for number, call_ in enumerate(calls) if book.due_kill(None, call_)]
    assert due == ([] if killed is None else [killed])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "JSON object"),
        ({}, "kind None is not one of spot_reclaim"),
        ({"kind": []}, "kind \\[\\] is not one of spot_reclaim"),
        ({"kind": "earthquake"}, "earthquake"),
        ({"kind": "spot_reclaim", "chidl": 1}, "spot_reclaim has no 'chidl'; it has kind, times, job, child"),
        ({"kind": "spot_reclaim", "child": "1"}, "child must be of type int, not '1'"),
        ({"kind": "spot_reclaim", "child": True}, "child must be of type int"),
        ({"kind": "spot_reclaim", "at_request": 0}, "at_request must be 1 or more"),
        ({"kind": "spot_reclaim", "at_request": 1, "after_seconds": 1}, "exclude each other"),
        ({"kind": "spot_reclaim", "access": "PUT"}, "access needs at_request"),
        ({"kind": "timeout", "at_request": 1, "access": "POST"}, "access must be one of GET, PUT, DELETE, LIST"),
        ({"kind": "throttle"}, "action is missing"),
        ({"kind": "throttle", "action": "SubmitJob", "times": 0}, "times must be 1 or more"),
        ({"kind": "deny", "methods": "PUT"}, "methods must be of type"),
        ({"kind": "deny", "methods": ["POST"]}, "methods must be some of GET, PUT, DELETE, LIST"),
        ({"kind": "deny", "callers": "nobody"}, "callers must be one of all, jobs, others"),
        ({"kind": "deny", "callers": "others", "child": 1}, "exclude each other"),
        ({"kind": "stuck", "reason": ""}, "reason must not be empty"),
        ({"kind": "lose_answer"}, "action is missing: as /_calls names it"),
        ({"kind": "lose_answer", "action": "SubmitJob", "callers": "me"}, "callers must be one of"),
        ({"kind": "kill", "at_request": 0}, "at_request must be 1 or more"),
        ({"kind": "kill", "access": "POST"}, "access must be one of GET, PUT, DELETE, LIST"),
        ({"kind": "kill", "times": 2}, "order several"),
        ({"kind": "kill", "after": 1}, "after must be of type bool, not 1"),
        ({"kind": "kill", "child": 1}, "kill has no 'child'; it has kind, times, at_request, access, action, after"),
    ],
)
def test_a_mistake_in_a_fault_is_explained(document: Any, message: str) -> None:
    with pytest.raises(FaultInvalid, match=message.replace("(", r"\(")):
        fault_parser.parse(document)
