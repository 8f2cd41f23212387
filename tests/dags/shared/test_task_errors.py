"""Errors of tasks: an error of the project fails the task without a retry; Airflow retries all others."""

import pytest

from transcription.contract.errors import OptionInvalid
from transcription.shared.task_errors import AirflowFailException, AirflowSkipException, fail_without_retry


def test_a_fault_of_the_system_ends_the_task_at_once_with_its_code() -> None:
    with pytest.raises(AirflowFailException, match=r"\[OPTION_INVALID\] use another") as caught, fail_without_retry():
        raise OptionInvalid("use another")
    assert isinstance(caught.value.__context__, OptionInvalid)


@pytest.mark.parametrize("error", [OSError("network"), AirflowSkipException("nothing to do"), KeyboardInterrupt()])
def test_anything_else_is_left_to_airflow(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, fail_without_retry():
        raise error
    assert caught.value is error


def test_a_task_keeps_its_name_and_its_result() -> None:
    @fail_without_retry()
    def plan() -> int:
        return 7

    assert (plan.__name__, plan()) == ("plan", 7)
