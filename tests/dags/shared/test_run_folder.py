"""The folder of a run: a cleared run finds its records, and a run with the id of a deleted one gets a new folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import TaskInstance, make_context
from tests.support.dags.bucket_objects import RUN, freeze, upload
from transcription.contract.errors import ManifestMissing
from transcription.shared.bucket import Bucket
from transcription.shared.run_folder import Origin, choose_run, current_run, find_origin, write_origin

MORNING, NOON = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)


def task(name: str = "plan", **fields: Any) -> Any:
    """Return the context of a task of a run that started in the morning."""
    return make_context(TaskInstance(task_id=name, **{"run_started": MORNING, **fields}))


def plan(bucket: Bucket, context: Any) -> str:
    """Do what the task `plan` does with the folder, and return the run's name."""
    run = choose_run(bucket, context)
    write_origin(bucket, run, Origin.of(context))
    freeze(bucket, run=run)
    return run


@pytest.fixture
def planned(bucket: Bucket) -> str:
    """The name of a run that was planned by the first attempt of its task."""
    return plan(bucket, task(id="first"))


def test_the_first_run_with_an_id_has_the_plain_name(planned: str, bucket: Bucket) -> None:
    assert planned == RUN
    origin = find_origin(bucket, RUN)
    assert origin is not None
    assert (origin.dag_id, origin.started, origin.cleared) == ("transcribe_audio", MORNING.isoformat(), 0)


@pytest.mark.parametrize(
    "again",
    [
        {"id": "second", "try_number": 2},
        {"id": "second", "try_number": 2, "clears": 1},
        {"id": "second", "try_number": 2, "clears": 1, "run_started": NOON},
        {"id": "first", "try_number": 1},
    ],
    ids=["a retry", "cleared while the run works", "cleared after the run", "started twice"],
)
def test_an_attempt_of_the_same_run_finds_its_records(planned: str, bucket: Bucket, again: dict[str, Any]) -> None:
    assert choose_run(bucket, task(**again)) == planned
    assert current_run(bucket, task("report", **again)) == planned


@pytest.mark.parametrize("started", [NOON, MORNING], ids=["now", "with the same date, as airflow dags test does"])
def test_a_run_with_the_id_of_a_deleted_one_plans_beside_the_old_records(
    planned: str, bucket: Bucket, started: datetime
) -> None:
    again = {"id": "another", "run_started": started}
    assert plan(bucket, task(**again)) == f"{planned}-2"
    assert current_run(bucket, task("transcribe", id="x", run_started=started)) == f"{planned}-2"
    cleared = {"id": "third", "try_number": 2, "clears": 1, "run_started": datetime(2026, 11, 23, tzinfo=UTC)}
    assert choose_run(bucket, task(**cleared)) == f"{planned}-2"
    assert choose_run(bucket, task(id="yet-another", run_started=NOON)) == f"{planned}-3"


def test_a_repeated_run_that_failed_before_it_planned_does_not_take_the_old_records(
    planned: str, bucket: Bucket
) -> None:
    """Its first attempt failed, for example because the model did not exist. Then somebody cleared the run."""
    assert choose_run(bucket, task(id="another", run_started=NOON)) == f"{planned}-2"
    evening = datetime(2026, 11, 22, 18, tzinfo=UTC)
    cleared = task(id="third", try_number=2, clears=1, run_started=evening)
    assert plan(bucket, cleared) == f"{planned}-2"


def test_a_retry_of_a_repeated_run_does_not_take_the_old_records(planned: str, bucket: Bucket) -> None:
    """Its first attempt died before it could write anything."""
    assert choose_run(bucket, task(id="third", try_number=2, run_started=NOON)) == f"{planned}-2"


def test_a_repeated_run_whose_plan_was_marked_as_successful_does_not_repeat_the_old_report(
    planned: str, bucket: Bucket
) -> None:
    with pytest.raises(
        ManifestMissing,
        match=rf"runs/{planned}/ holds the records of an earlier.*Clear the run from its first task",
    ):
        current_run(bucket, task("report", run_started=NOON))


def test_runs_with_the_same_id_in_two_airflows_have_their_own_folders(
    planned: str, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://another.example")
    assert plan(bucket, task(id="other")) == f"{planned}-2"
    monkeypatch.delenv("AIRFLOW__API__BASE_URL")
    assert current_run(bucket, task("report")) == planned
    assert choose_run(bucket, task(id="x", try_number=2, clears=1, run_started=NOON)) == planned


def test_records_of_an_earlier_version_have_no_origin_and_are_kept(bucket: Bucket) -> None:
    freeze(bucket)
    assert choose_run(bucket, task()) == RUN
    assert current_run(bucket, task("report")) == RUN


def test_folders_of_other_runs_do_not_count(bucket: Bucket) -> None:
    for name in (f"{RUN}-x", f"{RUN}-0", f"{RUN}-12345678", f"{RUN}2", f"x-{RUN}"):
        upload(bucket, f"runs/{name}/report.json")
    assert choose_run(bucket, task()) == RUN


def test_before_its_plan_a_run_has_the_plain_name(bucket: Bucket) -> None:
    assert current_run(bucket, task("verify_transcripts")) == RUN
