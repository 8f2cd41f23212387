"""The task `decide`: the new model is used only if it is better than the one in use, and people have the last word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.dags.bucket_objects import upload
from tests.support.dags.teachings import BETTER, KEYS, ORDER, use_model
from transcription.contract import keys
from transcription.contract.errors import DefaultModelInvalid, RecordMissing
from transcription.contract.teaching import TeachingOutcome
from transcription.shared import model_in_use
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.shared.settings import Settings
from transcription.teach import teaching_text
from transcription.teach.promotion import Promotion, decide

SETTINGS = Settings("bucket", "queue", "definition")
JOB = Job("run", "job", "teach-run", vcpu_hours=2.0)


def finish(bucket: Bucket, outcome: TeachingOutcome = BETTER) -> None:
    """Write an outcome as the container does, while court-1 is in use."""
    use_model(bucket, "court-1")
    bucket.write_record(KEYS.teaching("outcome.json"), outcome)


def test_a_better_model_is_used_and_the_record_says_why(bucket: Bucket) -> None:
    finish(bucket)
    assert decide(bucket, ORDER, "teach_model, manual") == Promotion(True, BETTER.reason)
    record = model_in_use.read(bucket)
    assert (record.model, record.changes[0].previous) == ("court-2", "court-1")
    assert (record.changes[0].by, record.changes[0].reason) == ("teach_model, manual", BETTER.reason)


@pytest.mark.parametrize("verdict", ["NOT_BETTER", "GUARD_WORSE", "TOO_LITTLE_TO_JUDGE", "OLD_MODEL_CHOSEN"])
def test_a_model_that_is_not_better_changes_nothing(bucket: Bucket, verdict: str) -> None:
    finish(bucket, replace(BETTER, verdict=verdict, reason="No better.", is_better=False, model=""))
    assert decide(bucket, ORDER, "run") == Promotion(False, "No better.")
    assert model_in_use.read(bucket).model == "court-1"


def test_a_model_that_nobody_measured_is_named_and_not_used(bucket: Bucket) -> None:
    finish(bucket, replace(BETTER, verdict="NOT_MEASURED", reason="Nobody knows.", is_better=False))
    assert decide(bucket, ORDER, "run") == Promotion(False, "Nobody knows. It is models/court-2/.")
    assert model_in_use.read(bucket).model == "court-1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"use_if_better": False}, "court-2 is better than court-1. As ordered, nothing uses it yet."),
        ({"base": "mine", "model_in_use": "court-1"}, "was not compared with court-1, which is in use"),
        ({"model_in_use": ""}, "was not compared with the model in the container image, which is in use"),
    ],
)
def test_a_better_model_is_not_used_unasked_or_without_a_comparison(
    bucket: Bucket, change: dict[str, Any], reason: str
) -> None:
    finish(bucket)
    promotion = decide(bucket, replace(ORDER, **change), "run")
    assert not promotion.is_used and reason in promotion.reason
    assert model_in_use.read(bucket).model == "court-1"


def test_the_choice_of_a_person_meanwhile_stays(bucket: Bucket) -> None:
    finish(bucket)
    use_model(bucket, "other")
    promotion = decide(bucket, ORDER, "run")
    assert not promotion.is_used and "somebody chose another one meanwhile: other" in promotion.reason
    assert model_in_use.read(bucket).model == "other"


def test_a_repeated_task_does_not_undo_the_way_back(bucket: Bucket) -> None:
    finish(bucket)
    first = decide(bucket, ORDER, "run")
    model_in_use.use(bucket, "court-1", "court-2", by="anna", reason="it hears worse")
    assert decide(bucket, ORDER, "run") == first
    assert model_in_use.read(bucket).model == "court-1"


def test_a_teaching_without_an_outcome_names_the_task_that_writes_it(bucket: Bucket) -> None:
    with pytest.raises(RecordMissing, match="Clear the task teach and those after it"):
        decide(bucket, ORDER, "run")


def test_a_damaged_record_of_the_model_in_use_decides_nothing(bucket: Bucket) -> None:
    finish(bucket)
    upload(bucket, keys.DEFAULT_MODEL, b"{")
    with pytest.raises(DefaultModelInvalid):
        decide(bucket, ORDER, "run")
    assert bucket.find(KEYS.teaching("promotion.json")) is None


def test_the_report_says_what_was_measured_decided_and_paid() -> None:
    text = teaching_text.describe(ORDER, BETTER, Promotion(True, BETTER.reason), JOB, SETTINGS)
    assert "15.3 % → 7.0 % (95 % interval of the improvement 5.0 to 12.0 points, 400 words)." in text
    assert "Other speech, others: 2.0 % → 2.5 %." in text
    assert "BETTER: Runs that choose no model use court-2 from now on. Fewer words are wrong, beyond chance." in text
    assert "2.0 hours of one vCPU, $0.0850" in text
    assert "/transcripts/models" in text
    figures = teaching_text.figures(BETTER, Promotion(True, ""), JOB, SETTINGS)
    assert figures == {
        "model": "court-2",
        "verdict": "BETTER",
        "is_used": True,
        "word_error_rate_before": 15.3,
        "word_error_rate_after": 7.0,
        "findings": 2,
        "vcpu_hours": 2.0,
        "cost": 0.085,
    }


def test_the_report_of_unmeasured_words_has_no_figures_of_a_test() -> None:
    outcome = replace(BETTER, verdict="NOT_MEASURED", word_error_rates={}, test_words=0, findings=0, model="")
    text = teaching_text.describe(ORDER, outcome, Promotion(False, "Nobody knows."), None, SETTINGS)
    assert text.splitlines()[0] == "NOT_MEASURED: Nothing changed. Nobody knows."
    assert teaching_text.figures(outcome, Promotion(False, ""), None, SETTINGS)["word_error_rate_before"] is None
