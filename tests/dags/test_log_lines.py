"""Logs of tasks: a key with a line break cannot start a line of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.dags.reports import make_outcome, report_on
from transcription.contract.errors import StorageDenied
from transcription.contract.manifest import Failure
from transcription.finish.outcomes import MISSING
from transcription.report.report_text import describe
from transcription.shared.bucket import Bucket
from transcription.shared.task_errors import AirflowFailException, fail_without_retry

KEY = "input/a\nred.wav"


def test_the_error_of_a_task_is_one_line() -> None:
    with pytest.raises(AirflowFailException) as caught, fail_without_retry():
        raise StorageDenied(f"S3 refused HeadObject at s3://bucket/{KEY}")
    assert str(caught.value) == r"[STORAGE_DENIED] S3 refused HeadObject at s3://bucket/input/a\nred.wav"


def test_the_address_of_an_object_in_a_message_is_one_line() -> None:
    assert Bucket("bucket").uri(KEY) == r"s3://bucket/input/a\nred.wav"


def test_the_reason_of_a_file_is_one_line_of_the_report() -> None:
    failure = Failure("NO_RESULT", f"There is no result for {KEY}")
    outcome = replace(make_outcome(0, MISSING, "NO_RESULT"), failure=failure)
    assert describe(report_on(outcome)).splitlines()[-1].endswith(r"NO_RESULT: There is no result for input/a\nred.wav")
