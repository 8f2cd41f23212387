"""The task `check`: it freezes an order that can be carried out, and refuses all others before anything is paid for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, upload
from tests.support.dags.evaluations import make_evaluation_context
from tests.support.dags.teachings import correct, use_model
from transcription.contract import keys
from transcription.contract.correction import CHECKED, UNCHECKED
from transcription.contract.errors import ModelMissing, OptionInvalid
from transcription.contract.evaluation import ALL, EvaluationOrder
from transcription.contract.teaching_errors import SetMissing
from transcription.evaluate.evaluation_ordering import order_evaluation
from transcription.evaluate.evaluation_store import EVALUATIONS
from transcription.shared.run_folder import find_origin


def order(deployment: AirflowDeployment, **chosen: Any) -> EvaluationOrder:
    """Do what the task `check` does."""
    return order_evaluation(deployment.bucket, make_evaluation_context("check", **chosen), deployment.settings)


@pytest.fixture
def filled(deployment: AirflowDeployment) -> AirflowDeployment:
    """Return a deployment with two models, of which one is in use, and a set of a minute."""
    upload(deployment.bucket, f"{keys.model('court')}court.pbmm", b"model")
    use_model(deployment.bucket, "anna-1")
    upload(deployment.bucket, "teaching/anna/a.wav", b"0" * 32_000 * 60)
    upload(deployment.bucket, "teaching/anna/a.txt", b"stop")
    return deployment


def test_the_order_has_the_models_and_the_log_the_cost(
    filled: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        made = order(filled, models=["court", "anna-1"], set_name="anna", part=ALL, dry_run=True)
    assert (made.run, made.models, made.set_name, made.part) == (RUN, ("court", "anna-1"), "anna", ALL)
    assert made.dry_run
    assert EVALUATIONS.read_order(filled.bucket, RUN) == made
    assert "court, anna-1 hear about 1.0 minutes of teaching/anna/ (all)" in caplog.text
    assert find_origin(filled.bucket, RUN) is not None


def test_without_values_the_model_in_use_hears_the_test_of_the_corrections(
    filled: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    correct(filled.bucket, "talk", [CHECKED] * 10)
    with caplog.at_level("INFO"):
        made = order(filled)
    assert (made.models, made.set_name, made.part, made.dry_run) == (("anna-1",), "", "test", False)
    assert "anna-1 hear about 1.0 minutes of corrections (test)" in caplog.text


def test_a_repeated_task_keeps_the_order(filled: AirflowDeployment) -> None:
    first = order(filled, set_name="anna")
    assert order(filled, set_name="anna", models=["court"]) == first


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        ({"models": ["gone"], "set_name": "anna"}, ModelMissing),
        ({"models": ["court", "court"], "set_name": "anna"}, OptionInvalid),
        ({"models": ["../input"], "set_name": "anna"}, OptionInvalid),
        ({"set_name": "a/b"}, OptionInvalid),
        ({"set_name": "anna", "part": "train"}, OptionInvalid),
        ({"set_name": "anna", "speed": 1}, OptionInvalid),
        ({"set_name": "empty"}, SetMissing),
        ({}, SetMissing),
    ],
)
def test_what_cannot_be_done_is_refused(
    filled: AirflowDeployment, chosen: dict[str, Any], error: type[Exception]
) -> None:
    correct(filled.bucket, "new", [UNCHECKED])
    with pytest.raises(error):
        order(filled, **chosen)
    assert EVALUATIONS.find_order(filled.bucket, RUN) is None


def test_the_model_of_the_image_has_to_be_uploaded(deployment: AirflowDeployment) -> None:
    with pytest.raises(ModelMissing, match="the field Models"):
        order(deployment)
