"""Faults hit exactly whom they are meant for, and a mistake in ordering one is explained."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws import faults
from local.aws.fault_book import FaultBook
from local.aws.faults import FaultInvalid, Who

CHILD = Who(job="run-1", child=2, attempt=1)


def order(**document: Any) -> FaultBook:
    book = FaultBook()
    book.add(faults.parse(document))
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
    assert order(kind="deny", **chosen).denies(CHILD, "PUT", "output/a") is hit


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
def test_access_is_denied_only_to_those_meant(fault: dict[str, Any], job: bool, other: bool) -> None:
    book = order(kind="deny", **fault)
    assert (book.denies(CHILD, "PUT", "output/a"), book.denies(None, "PUT", "output/a")) == (job, other)


def test_a_fault_fires_no_more_often_than_its_times_and_says_how_often() -> None:
    book = order(kind="throttle", action="SubmitJob", times=2)
    assert not book.throttles("DescribeJobs")
    assert [book.throttles("SubmitJob") for _ in range(4)] == [True, True, False, False]
    assert [(fault["kind"], fault["fired"]) for fault in book.describe()] == [("throttle", 2)]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "JSON object"),
        ({}, "kind None is not one of spot_reclaim"),
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
    ],
)
def test_a_mistake_in_a_fault_is_explained(document: Any, message: str) -> None:
    with pytest.raises(FaultInvalid, match=message.replace("(", r"\(")):
        faults.parse(document)
