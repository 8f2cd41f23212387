"""The task `check`: it freezes an order that can be carried out, and refuses all others before anything is paid for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dags.airflow_deployment import AirflowDeployment
from tests.support.dags.bucket_objects import RUN, upload
from tests.support.dags.teachings import KEYS, correct, make_teach_context, use_model
from transcription.contract import keys
from transcription.contract.correction import CHECKED, CORRECTED, UNCHECKED
from transcription.contract.errors import DefaultModelInvalid, ModelMissing, OptionInvalid
from transcription.contract.teaching import BOTH, SOUND, WORDS, TeachingOrder
from transcription.contract.teaching_cost import teaching_hours
from transcription.contract.teaching_errors import SetMissing
from transcription.order.taught_data import TaughtData, look
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import choose_run, find_origin
from transcription.teach.ordering import describe, order_teaching
from transcription.teach.teaching_store import TEACHINGS


def order(deployment: AirflowDeployment, **chosen: Any) -> TeachingOrder:
    """Do what the task `check` does."""
    return order_teaching(deployment.bucket, make_teach_context("check", **chosen), deployment.settings)


def test_the_order_names_the_model_in_use_and_what_is_there(
    deployment: AirflowDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    use_model(deployment.bucket, "court-1")
    correct(deployment.bucket, "talk", [CHECKED, UNCHECKED, CORRECTED])
    correct(deployment.bucket, "new", [UNCHECKED])
    upload(deployment.bucket, "teaching/anna/a.wav", b"0" * 32_000 * 60)
    upload(deployment.bucket, "teaching/anna/a.txt", b"stop")
    upload(deployment.bucket, "teaching/anna-2/b.wav", b"0")
    with caplog.at_level("INFO"):
        made = order(deployment, set_name="anna", others_set="anna-2", guard_points=2, keep_unused=True, dry_run=True)
    assert (made.run, made.base, made.name, made.model_in_use) == (RUN, "court-1", "court", "court-1")
    assert (made.set_name, made.guard_points, made.use_if_better, made.dry_run) == ("anna", 2.0, False, True)
    assert made.others_set == "anna-2"
    assert "Other people's speech is in teaching/anna-2/." in caplog.text
    assert TEACHINGS.read_order(deployment.bucket, RUN) == made
    assert look(deployment.bucket, "anna") == TaughtData(1, 2, 60.0, 1, 1, 60.0)
    assert (
        "2 checked segments of 1 recordings, 1 recordings and 1 text files of the set, about 2.0 minutes" in caplog.text
    )
    assert "hours of one vCPU, $0.0" in caplog.text or "minutes of one vCPU, $0.0" in caplog.text
    assert "Less than 5 minutes seldom make a model better." in caplog.text


def test_a_repeated_task_keeps_the_order(deployment: AirflowDeployment) -> None:
    use_model(deployment.bucket, "court-1")
    correct(deployment.bucket, "talk", [CHECKED])
    first = order(deployment)
    use_model(deployment.bucket, "other-1")
    assert order(deployment, what=WORDS) == first


def test_a_run_of_another_dag_with_the_same_id_keeps_its_folder(deployment: AirflowDeployment) -> None:
    """A run of transcribe_audio may have an origin, or none if an earlier version made its records."""
    use_model(deployment.bucket, "court-1")
    correct(deployment.bucket, "talk", [CHECKED])
    upload(deployment.bucket, KEYS.plan, b"{}")
    made = order(deployment)
    assert made.run == f"{RUN}-2"
    origin = find_origin(deployment.bucket, made.run)
    assert origin is not None and origin.dag_id == "teach_model"
    transcription = make_teach_context("plan")
    transcription["ti"].dag_id = "transcribe_audio"
    assert choose_run(deployment.bucket, transcription) == RUN
    assert choose_run(deployment.bucket, make_teach_context("check")) == made.run


def test_without_a_model_in_the_bucket_the_error_says_what_to_upload(deployment: AirflowDeployment) -> None:
    correct(deployment.bucket, "talk", [CHECKED])
    with pytest.raises(ModelMissing, match=r"the model in the container image.*in the field Base model"):
        order(deployment)


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ({"base": "gone"}, ModelMissing, "no acoustic model"),
        ({"base": "../x"}, OptionInvalid, "base is '../x'"),
        ({"set_name": "a/b"}, OptionInvalid, "set_name is 'a/b'"),
        ({"name": "a b"}, OptionInvalid, "name is 'a b'"),
        ({"what": "songs"}, OptionInvalid, "one of sound, words, both"),
        ({"guard_points": -1}, OptionInvalid, "guard_points"),
        ({"heard_minutes": 0}, OptionInvalid, "heard_minutes"),
        ({"colour": "blue"}, OptionInvalid, "colour cannot be chosen"),
        ({"set_name": "empty"}, SetMissing, r"teaching/empty/ is empty"),
        ({"set_name": "anna", "others_set": "empty"}, SetMissing, r"teaching/empty/ is empty"),
        ({"set_name": "anna", "others_set": "anna"}, OptionInvalid, "the set that is taught"),
        ({"others_set": "a/b"}, OptionInvalid, "others_set is 'a/b'"),
        ({}, SetMissing, "the field Set is empty"),
    ],
)
def test_what_cannot_be_taught_is_refused(
    deployment: AirflowDeployment, chosen: dict[str, Any], error: type[Exception], message: str
) -> None:
    use_model(deployment.bucket, "court-1")
    correct(deployment.bucket, "talk", [UNCHECKED])
    upload(deployment.bucket, "teaching/anna/a.txt", b"stop")
    with pytest.raises(error, match=message):
        order(deployment, **chosen)
    assert TEACHINGS.find_order(deployment.bucket, RUN) is None


def test_a_damaged_record_of_the_model_in_use_is_an_error(deployment: AirflowDeployment) -> None:
    upload(deployment.bucket, keys.DEFAULT_MODEL, b"{")
    with pytest.raises(DefaultModelInvalid):
        order(deployment)


def test_a_damaged_correction_is_named_and_counts_as_none(bucket: Bucket, caplog: pytest.LogCaptureFixture) -> None:
    upload(bucket, "corrected/damaged.json", b"{")
    assert look(bucket, "").is_empty
    assert "corrected/damaged.json is not JSON" in caplog.text


def test_words_need_no_minutes_of_audio(deployment: AirflowDeployment) -> None:
    use_model(deployment.bucket, "court-1")
    upload(deployment.bucket, "teaching/anna/a.txt", b"stop")
    made = order(deployment, what=WORDS, set_name="anna")
    text = describe(made, look(deployment.bucket, "anna"), deployment.settings)
    assert "is taught words" in text
    assert "Less than" not in text


def test_sound_and_words_take_as_long_as_each_of_them(deployment: AirflowDeployment) -> None:
    use_model(deployment.bucket, "court-1")
    upload(deployment.bucket, "teaching/anna/a.txt", b"stop")
    made = order(deployment, what=BOTH, set_name="anna")
    text = describe(made, look(deployment.bucket, "anna"), deployment.settings)
    assert "is taught sound and words" in text
    assert "Less than 5 minutes" in text
    assert teaching_hours(BOTH, 60.0) == pytest.approx(teaching_hours(SOUND, 60.0) + teaching_hours(WORDS, 60.0))
    assert teaching_hours(WORDS, 60.0) > 0
