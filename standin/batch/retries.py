"""Retry strategies: `retryStrategy` with `evaluateOnExit`. Source: AWS Batch API Reference, RetryStrategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standin.batch.attempt_ending import Ending

_ATTEMPTS = range(1, 11)
_MAX_RULES = 5


def matches(pattern: str, text: str) -> bool:
    """Return whether `text` matches `pattern`. Only a `*` at the end of the pattern is a wildcard."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


@dataclass(frozen=True)
class Rule:
    """One entry of `evaluateOnExit`. It applies to an ending if all its conditions match; None is no condition."""

    retry: bool
    on_status_reason: str | None = None
    on_reason: str | None = None
    on_exit_code: str | None = None

    def applies(self, ending: Ending) -> bool:
        """Return whether the rule applies to an ending. A condition on a value that the ending lacks does not match."""
        exit_code = None if ending.exit_code is None else str(ending.exit_code)
        conditions = (
            (self.on_status_reason, ending.status_reason),
            (self.on_reason, ending.reason),
            (self.on_exit_code, exit_code),
        )
        return all(pattern is None or (text is not None and matches(pattern, text)) for pattern, text in conditions)


@dataclass(frozen=True)
class RetryStrategy:
    """The number of attempts of a job, and the rules that say after which endings Batch tries again."""

    attempts: int = 1
    rules: tuple[Rule, ...] = ()

    def retries(self, ending: Ending, made: int) -> bool:
        """Return whether a job gets another attempt.

        The first rule that applies decides. If no rule applies, the job is retried.

        Args:
            ending: how the last attempt failed.
            made: how many attempts were made so far.
        """
        if ending.final or made >= self.attempts:
            return False
        return next((rule.retry for rule in self.rules if rule.applies(ending)), True)


def parse(document: Mapping[str, Any] | None) -> RetryStrategy:
    """Parse the retry strategy of a submission or a job definition. Without one, a job gets one attempt.

    Raises:
        ValueError: AWS would refuse the document. The message says why.
    """
    if not document:
        return RetryStrategy()
    rules = tuple(_rule(entry) for entry in document.get("evaluateOnExit", ()))
    if rules and "attempts" not in document:
        raise ValueError("retryStrategy.attempts must be given with evaluateOnExit.")
    if len(rules) > _MAX_RULES:
        raise ValueError(f"evaluateOnExit has {len(rules)} entries; AWS Batch takes {_MAX_RULES}.")
    attempts = document.get("attempts", 1)
    if attempts not in _ATTEMPTS:
        raise ValueError(f"retryStrategy.attempts is {attempts}; it must be from {_ATTEMPTS[0]} to {_ATTEMPTS[-1]}.")
    return RetryStrategy(attempts, rules)


def _rule(entry: Mapping[str, Any]) -> Rule:
    action = str(entry.get("action")).upper()
    if action not in ("RETRY", "EXIT"):
        raise ValueError(f"evaluateOnExit action {entry.get('action')!r} must be RETRY or EXIT.")
    conditions = (entry.get("onStatusReason"), entry.get("onReason"), entry.get("onExitCode"))
    if not any(conditions):
        raise ValueError("An entry of evaluateOnExit needs onStatusReason, onReason or onExitCode.")
    return Rule(action == "RETRY", *conditions)
