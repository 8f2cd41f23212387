"""evaluateOnExit: a job is retried after the loss of its host, but not after an error of its program."""

from __future__ import annotations

from typing import Any

import pytest

from infra.job import RETRY_STRATEGY
from standin.batch import attempt_ending, retries


@pytest.mark.parametrize(
    ("ending", "is_retried"),
    [
        (attempt_ending.host_terminated(), True),
        (attempt_ending.image_not_pulled("image", "gone"), True),
        (attempt_ending.OUT_OF_MEMORY, False),
        (attempt_ending.exited(1), False),
        (attempt_ending.TIMED_OUT, False),
        (attempt_ending.terminated("Host EC2 is what I type as a reason"), False),
    ],
)
def test_only_endings_that_the_program_did_not_cause_are_retried(
    ending: attempt_ending.Ending, is_retried: bool
) -> None:
    assert retries.parse(RETRY_STRATEGY).retries(ending, made=1) is is_retried


def test_a_job_gets_no_more_attempts_than_its_strategy_allows() -> None:
    strategy = retries.parse({"attempts": 3})
    assert [strategy.retries(attempt_ending.exited(1), made) for made in (1, 2, 3)] == [True, True, False]


def test_an_ending_that_no_rule_matches_is_retried() -> None:
    strategy = retries.parse({"attempts": 2, "evaluateOnExit": [{"onExitCode": "3", "action": "EXIT"}]})
    assert strategy.retries(attempt_ending.exited(4), made=1)
    assert not strategy.retries(attempt_ending.exited(3), made=1)


def test_the_first_rule_that_applies_decides() -> None:
    rules = [{"onExitCode": "1*", "action": "RETRY"}, {"onExitCode": "137", "action": "EXIT"}]
    assert retries.parse({"attempts": 2, "evaluateOnExit": rules}).retries(attempt_ending.OUT_OF_MEMORY, made=1)


def test_a_rule_applies_only_when_all_its_conditions_do() -> None:
    rules = [{"onExitCode": "137", "onReason": "OutOfMemory*", "action": "EXIT"}]
    strategy = retries.parse({"attempts": 2, "evaluateOnExit": rules})
    assert not strategy.retries(attempt_ending.OUT_OF_MEMORY, made=1)
    assert strategy.retries(attempt_ending.exited(137), made=1)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("Host EC2*", "Host EC2 (instance i-1) terminated.", True),
        ("Host EC2", "Host EC2 (instance i-1) terminated.", False),
        ("*", "", True),
        ("H*2", "Host EC2", False),
    ],
)
def test_a_star_is_a_wildcard_only_at_the_end(pattern: str, text: str, matches: bool) -> None:
    assert retries.matches(pattern, text) is matches


@pytest.mark.parametrize(
    "document",
    [
        {"attempts": 0},
        {"attempts": 11},
        {"evaluateOnExit": [{"onExitCode": "1", "action": "RETRY"}]},
        {"attempts": 2, "evaluateOnExit": [{"action": "RETRY"}]},
        {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "AGAIN"}]},
        {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}] * 6},
    ],
)
def test_a_strategy_that_aws_would_refuse_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"retryStrategy|evaluateOnExit"):
        retries.parse(document)
