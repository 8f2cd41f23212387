"""The lease: of several runs one gets it, and a run loses it only when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from tests.support.dags.airflow_deployment import TaskInstance
from tests.support.standin.standin_server import LocalAws
from transcription.contract import keys
from transcription.contract.errors import ModelMissing, RunBusy
from transcription.shared import record_version, run_lease
from transcription.shared.bucket import Bucket
from transcription.shared.run_lease import FOREIGN_LIMIT, Lease, RunLease
from transcription.shared.task_errors import AirflowSkipException

DAG, HERE, ELSEWHERE = "transcribe_audio", "https://airflow.example", "https://another.example"


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give this Airflow the address `HERE`, and return a function that changes the address."""

    def change(address: str) -> None:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", f"{address}/")

    change(HERE)
    return change


def lease_of(bucket: Bucket, run_id: str, run: str = "", task: str = "plan", attempt: int = 1, **runs: str) -> RunLease:
    """Return the lease as a task of a run sees it. `runs` are the states of runs in Airflow, by run id."""
    states = {(DAG, other): state for other, state in runs.items()}
    ti = TaskInstance(run_id=run_id, task_id=task, try_number=attempt, runs=states)
    return RunLease(bucket, ti, run or f"{run_id}-name")


def read(bucket: Bucket) -> Lease | None:
    return bucket.find_record(Lease, keys.LEASE)


def owner(bucket: Bucket) -> str | None:
    lease = read(bucket)
    return lease.run_id if lease else None


def make_older(bucket: Bucket, age: timedelta) -> None:
    """Set the time of the last renewal back."""
    stored = bucket.read_record(Lease, keys.LEASE)
    renewed = (datetime.now(UTC) - age).isoformat(timespec="seconds")
    bucket.write_record(keys.LEASE, Lease(**{**vars(stored), "renewed": renewed}))


def test_a_run_takes_the_lease_and_releases_it(bucket: Bucket) -> None:
    lease = lease_of(bucket, "a", "a-name", "plan", 2)
    lease.take()
    record = read(bucket)
    assert record is not None
    assert (record.airflow, record.dag_id, record.run_id, record.run) == (HERE, DAG, "a", "a-name")
    assert (record.task, record.attempt) == ("plan", 2)
    lease.release()
    assert read(bucket) is None


def test_of_many_runs_at_once_one_gets_the_lease(bucket: Bucket) -> None:
    runs = [f"run{number}" for number in range(8)]
    start = Barrier(len(runs))

    def take(run_id: str) -> str | None:
        lease = lease_of(bucket, run_id, **dict.fromkeys(runs, "running"))
        start.wait()
        try:
            lease.take()
        except RunBusy:
            return None
        return run_id

    with ThreadPoolExecutor(len(runs)) as pool:
        winners = [run_id for run_id in pool.map(take, runs) if run_id]
    assert winners == [owner(bucket)]


def test_a_run_that_works_keeps_the_lease_and_the_newcomer_names_it(bucket: Bucket) -> None:
    lease_of(bucket, "a").take()
    with pytest.raises(
        RunBusy, match=r"\[RUN_BUSY\] Since .*, the run 'a' of transcribe_audio works.*mark it as failed"
    ):
        lease_of(bucket, "b", a="running").take()
    assert owner(bucket) == "a"


@pytest.mark.parametrize("runs", [{"a": "failed"}, {"a": "success"}, {"a": "queued"}, {}], ids=str)
def test_a_run_that_is_over_queued_or_deleted_loses_the_lease(
    bucket: Bucket, runs: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A cleared run that is queued takes the lease again when it starts."""
    lease_of(bucket, "a").take()
    with caplog.at_level(logging.WARNING):
        lease_of(bucket, "b", **runs).take()
    assert owner(bucket) == "b"
    assert "Took the lease of the run 'a', which has ended or is gone." in caplog.messages


def test_of_two_runs_that_take_the_lease_of_one_that_is_over_one_gets_it(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the old lease and the write, another run takes it."""
    lease_of(bucket, "old").take()
    is_active = run_lease.is_active

    def take_meanwhile(ti: Any, dag_id: str, run_id: str, *states: str) -> bool:
        if run_id == "old":
            monkeypatch.setattr(run_lease, "is_active", is_active)
            lease_of(bucket, "faster").take()
        return is_active(ti, dag_id, run_id, *states)

    monkeypatch.setattr(run_lease, "is_active", take_meanwhile)
    with pytest.raises(RunBusy, match="'faster'"):
        lease_of(bucket, "slower", faster="running").take()
    assert owner(bucket) == "faster"


def test_a_repeated_run_id_takes_the_lease_of_the_deleted_run(bucket: Bucket) -> None:
    """The states in Airflow are those of the new run, so Airflow cannot say that the old one is gone."""
    lease_of(bucket, "a", "a-name").take()
    again = lease_of(bucket, "a", "a-name-2", a="running")
    again.take()
    with pytest.raises(RunBusy):
        lease_of(bucket, "b", a="running").take()
    lease_of(bucket, "a", "a-name").release()
    assert owner(bucket) == "a"
    again.release()
    assert owner(bucket) is None


def test_a_run_of_another_airflow_keeps_the_lease_while_it_renews_it(
    bucket: Bucket, address: Callable[[str], None]
) -> None:
    """This Airflow does not know the run, and may have a run with the same id."""
    lease_of(bucket, "a").take()
    address(ELSEWHERE)
    make_older(bucket, FOREIGN_LIMIT - timedelta(minutes=1))
    with pytest.raises(RunBusy, match=rf"in another Airflow \({HERE}\).*delete s3://.*/runs/lease\.json"):
        lease_of(bucket, "a").take()
    make_older(bucket, FOREIGN_LIMIT + timedelta(minutes=1))
    lease_of(bucket, "a").take()
    record = read(bucket)
    assert record is not None
    assert record.airflow == ELSEWHERE


def test_only_the_owner_releases_the_lease(bucket: Bucket) -> None:
    lease_of(bucket, "a").take()
    lease_of(bucket, "b", a="running").release()
    assert owner(bucket) == "a"


def test_a_release_spares_the_lease_that_another_run_takes_at_the_same_moment(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, find = lease_of(bucket, "a"), record_version.find
    lease.take()

    def find_before_another_run_takes_it(*arguments: Any) -> Any:
        stored = find(*arguments)
        monkeypatch.setattr(record_version, "find", find)
        lease_of(bucket, "b", a="success").take()
        return stored

    monkeypatch.setattr(record_version, "find", find_before_another_run_takes_it)
    lease.release()
    assert owner(bucket) == "b"


def test_a_later_task_keeps_the_time_and_names_itself(bucket: Bucket) -> None:
    lease_of(bucket, "a").take()
    first = read(bucket)
    lease_of(bucket, "a", task="transcribe", attempt=3).take()
    second = read(bucket)
    assert first is not None
    assert second is not None
    assert (second.taken, second.task, second.attempt) == (first.taken, "transcribe", 3)


def test_a_renewal_writes_only_when_minutes_have_passed(bucket: Bucket, aws: LocalAws) -> None:
    lease = lease_of(bucket, "a")
    lease.take()
    make_older(bucket, timedelta(hours=1))
    old = read(bucket)
    lease.renew()
    assert read(bucket) == old
    lease._renewed_at -= run_lease.RENEWAL_SECONDS
    lease.renew()
    assert old is not None
    assert (read(bucket) or old).renewed > old.renewed


def test_a_run_notices_that_another_one_took_its_lease(bucket: Bucket) -> None:
    lease = lease_of(bucket, "a", b="running")
    lease.take()
    lease_of(bucket, "b").take()
    lease._renewed_at -= run_lease.RENEWAL_SECONDS
    with pytest.raises(RunBusy, match="'b'"):
        lease.renew()


def test_a_lost_answer_does_not_cost_the_lease(bucket: Bucket, aws: LocalAws) -> None:
    """botocore repeats the request, and S3 answers that the object exists already."""
    aws.order(kind="lose_answer", action="PUT runs/lease.json", times=1)
    lease_of(bucket, "a").take()
    assert owner(bucket) == "a"


@pytest.mark.parametrize("error", [ModelMissing("no model"), AirflowSkipException("no audio")], ids=repr)
def test_a_task_that_ends_the_run_releases_the_lease(bucket: Bucket, error: Exception) -> None:
    with pytest.raises(type(error)), lease_of(bucket, "a").taken():
        raise error
    assert read(bucket) is None


def test_a_task_that_is_retried_keeps_the_lease(bucket: Bucket) -> None:
    with pytest.raises(ConnectionError), lease_of(bucket, "a").taken():
        raise ConnectionError
    assert owner(bucket) == "a"


def test_a_newcomer_that_is_refused_changes_nothing(bucket: Bucket, aws: LocalAws) -> None:
    lease_of(bucket, "a").take()
    before = record_version.find(bucket, Lease, keys.LEASE)
    with pytest.raises(RunBusy), lease_of(bucket, "b", a="running").taken():
        raise AssertionError("not reached")
    assert record_version.find(bucket, Lease, keys.LEASE) == before


def test_a_lease_that_cannot_be_deleted_does_not_fail_the_run(
    bucket: Bucket, aws: LocalAws, caplog: pytest.LogCaptureFixture
) -> None:
    lease = lease_of(bucket, "a")
    lease.take()
    aws.order(kind="deny", methods=["DELETE"], prefix=keys.LEASE)
    lease.release()
    assert "The lease stays until the next run takes it" in caplog.text
