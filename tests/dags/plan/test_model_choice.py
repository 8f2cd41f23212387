"""The model of a run: of the form or the settings, else the one that `models/default.json` names, else the image's."""

from __future__ import annotations

import pytest

from tests.dags.plan.test_run_planning import plan_run, plan_run_with_files
from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import upload
from transcription.contract import keys
from transcription.contract.default_model import DefaultModel
from transcription.contract.errors import DefaultModelInvalid, ModelMissing

VALID = b'{"version": 1, "record": "defaultmodel", "model": "%s"}'


@pytest.fixture(autouse=True)
def models(deployment: AirflowDeployment) -> None:
    """Upload a recording and three models."""
    upload(deployment.bucket, "input/a.wav")
    for model in ("taught-1", "taught-2", "court"):
        upload(deployment.bucket, f"models/{model}/a.pbmm", model.encode())


def use(deployment: AirflowDeployment, model: str) -> None:
    """Choose the model of runs that choose none, as the page Models does."""
    record = DefaultModel().changed_to(model, changed="2026-11-22T01:00:00+00:00", by="anna")
    deployment.bucket.write_record(keys.DEFAULT_MODEL, record)


def test_without_a_choice_a_run_uses_the_model_of_the_image(deployment: AirflowDeployment) -> None:
    assert plan_run_with_files(deployment).options.model == ""


def test_the_model_in_use_is_frozen_in_the_plan_and_in_the_fingerprint(deployment: AirflowDeployment) -> None:
    use(deployment, "taught-1")
    plan = plan_run_with_files(deployment, "run-1")
    assert plan.options.model == "taught-1"
    assert plan.recipe == plan_run_with_files(deployment, "run-2", model="taught-1").recipe
    use(deployment, "taught-2")
    assert plan_run_with_files(deployment, "run-3").recipe != plan.recipe


def test_going_back_restores_the_fingerprint(deployment: AirflowDeployment) -> None:
    """Transcripts of the image's model are not outdated, then."""
    before = plan_run_with_files(deployment, "run-1").recipe
    use(deployment, "taught-1")
    use(deployment, "")
    assert plan_run_with_files(deployment, "run-2").recipe == before


def test_the_form_and_the_settings_come_before_the_model_in_use(deployment: AirflowDeployment) -> None:
    use(deployment, "taught-1")
    assert plan_run_with_files(deployment, "run-1", model="court").options.model == "court"
    deployment.configure(model="taught-2")
    assert plan_run_with_files(deployment, "run-2").options.model == "taught-2"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b'{"model": "court"}', "is not a defaultmodel record"),
        (VALID % b"../court", "which is no folder"),
    ],
)
def test_a_damaged_record_is_an_error_and_no_run_guesses(
    deployment: AirflowDeployment, data: bytes, message: str
) -> None:
    upload(deployment.bucket, keys.DEFAULT_MODEL, data)
    with pytest.raises(DefaultModelInvalid, match=f"{message}.*Choose a model on the page Models"):
        plan_run(deployment)


def test_a_damaged_record_does_not_stop_a_run_that_names_a_model(deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, keys.DEFAULT_MODEL, b"")
    assert plan_run_with_files(deployment, model="court").options.model == "court"


def test_a_model_in_use_that_is_gone_is_an_error(deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, keys.DEFAULT_MODEL, VALID % b"gone")
    with pytest.raises(ModelMissing, match=r"no model s3://.*/models/gone/.*models/default\.json.*the page Models"):
        plan_run(deployment)
