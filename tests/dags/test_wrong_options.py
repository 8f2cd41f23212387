"""A wrong value of the trigger form ends the run in its first task, whether audio waits or not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import upload
from tests.support.dags.dag_tasks import run_task
from transcription.plan.trigger_form import PARAMS
from transcription.shared.task_errors import AirflowFailException

WRONG = [{"model": "a/b"}, {"hot_words": ["sonata"]}, {"lm_alpha": 1.0}, {"max_files": -5}, {"beam_width": 4097}]


@pytest.mark.parametrize("audio", [True, False])
@pytest.mark.parametrize("chosen", WRONG, ids=lambda chosen: next(iter(chosen)))
def test_a_wrong_option_is_refused_before_any_request(
    deployment: AirflowDeployment, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Any], audio: bool
) -> None:
    """Without audio, the run was skipped and green."""
    if audio:
        upload(deployment.bucket, "input/a.wav")
    deployment.aws.control("DELETE", "/_calls")
    with pytest.raises(AirflowFailException, match="OPTION_INVALID") as caught:
        run_task("wait_for_audio", monkeypatch, **chosen)
    assert next(iter(chosen)).split("_")[0] in str(caught.value)
    assert deployment.calls("s3") == {}


def test_the_form_does_not_correct_a_number() -> None:
    """Airflow's form changes a number to the nearest of these bounds when the field loses the focus."""
    assert not [name for name, param in PARAMS.items() if {"minimum", "maximum"} & param.schema.keys()]
