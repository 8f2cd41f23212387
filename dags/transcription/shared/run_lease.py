"""The lease of the bucket: the record `runs/lease.json`, which names the only run that may work."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.configuration import conf

from transcription.contract import keys, utc_time
from transcription.contract.errors import RunBusy, StorageDenied, SystemFault
from transcription.shared import record_version
from transcription.shared.bucket import Bucket
from transcription.shared.task_errors import AirflowSkipException

log = logging.getLogger(__name__)

#: How long a run of another Airflow keeps the lease after it renewed the lease last. This Airflow cannot ask for the
#: state of such a run. A run that works renews its lease every few minutes while its job runs; the rest of the time
#: covers a long queue for workers, and an Airflow that is updated.
FOREIGN_LIMIT = timedelta(hours=6)

#: Seconds between two renewals of a lease.
RENEWAL_SECONDS = 300.0

#: How often a run tries to take a lease that other runs take and release at the same time.
_TRIES = 5


@dataclass(frozen=True)
class Lease:
    """The record `runs/lease.json`: the run that works, and since when."""

    #: The address of the run's Airflow; empty if that Airflow does not know its address.
    airflow: str
    dag_id: str
    run_id: str
    #: The name of the run in keys and Batch jobs.
    run: str
    #: The task that took or renewed the lease last, and the number of its attempt.
    task: str
    attempt: int
    #: Times, ISO 8601 in UTC.
    taken: str
    renewed: str


def airflow_address() -> str:
    """Return the address of this Airflow, which distinguishes it from others that use the same bucket."""
    return (conf.get("api", "base_url", fallback="") or "").rstrip("/")


def is_active(ti: Any, dag_id: str, run_id: str, *states: str) -> bool:
    """Ask this Airflow whether a run exists and has one of `states`.

    Backfills and the runs of `airflow dags test` and `airflow tasks test` are runs, too.

    Args:
        ti: Airflow's task instance.
        dag_id: the DAG.
        run_id: the run's id.
        states: states of DAG runs, such as `running`.
    """
    return bool(ti.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=list(states)) > 0)


class RunLease:
    """The lease as one task of a run sees it.

    A run takes the lease before it changes anything, and releases the lease when its report is written. A run that
    ended without releasing the lease loses it to the next run. Every change of the record is a conditional write, so of
    two runs that take the lease at the same time, one gets it.

    Args:
        bucket: the audio bucket.
        ti: Airflow's task instance of the task.
        run: the name of the run.
    """

    def __init__(self, bucket: Bucket, ti: Any, run: str) -> None:
        self._bucket, self._ti, self._run = bucket, ti, run
        self._renewed_at = float("-inf")

    def take(self) -> None:
        """Take the lease, or keep it if the run has it already.

        Raises:
            RunBusy: another run has the lease and has not ended; the message names this run.
        """
        for _ in range(_TRIES):
            stored = record_version.find(self._bucket, Lease, keys.LEASE)
            if stored is None:
                is_ours = self._write(self._new(), None)
            elif self._is_own(stored.record):
                is_ours = self._is_fresh(stored.record) or self._write(self._new(stored.record.taken), stored.etag)
            else:
                self._refuse_while_it_works(stored.record)
                is_ours = self._write(self._new(), stored.etag)
                if is_ours:
                    log.warning("Took the lease of the run %r, which has ended or is gone.", stored.record.run_id)
            if is_ours:
                self._renewed_at = time.monotonic()
                return
        raise RunBusy(
            f"Other runs take and release {self._bucket.uri(keys.LEASE)} at this moment, so this run stops here. Clear "
            "it when they have ended."
        )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take the lease, and release it if the block of this context manager ends the run: by a fault, or a skip.

        The run keeps the lease after any other error, because Airflow retries the task.

        Raises:
            RunBusy: another run has the lease and has not ended.
        """
        self.take()
        try:
            yield
        except (SystemFault, AirflowSkipException):
            self.release()
            raise

    def renew(self) -> None:
        """Renew the lease if the last renewal is more than a few minutes ago.

        Raises:
            RunBusy: another run has taken the lease and works.
        """
        if time.monotonic() - self._renewed_at > RENEWAL_SECONDS:
            self.take()

    def release(self) -> None:
        """Delete the lease if the run has it. If S3 refuses that, only log a warning: the next run takes the lease."""
        try:
            stored = record_version.find(self._bucket, Lease, keys.LEASE)
            if stored is not None and self._is_own(stored.record):
                record_version.delete(self._bucket, keys.LEASE, stored.etag)
        except StorageDenied as denial:
            log.warning("The lease stays until the next run takes it: %s", denial)

    def _new(self, taken: str = "") -> Lease:
        now = utc_time.now()
        ti = self._ti
        names = (airflow_address(), ti.dag_id, ti.run_id, self._run)
        return Lease(*names, task=ti.task_id, attempt=ti.try_number, taken=taken or now, renewed=now)

    def _write(self, lease: Lease, etag: str | None) -> bool:
        return record_version.replace(self._bucket, keys.LEASE, lease, etag) is not None

    def _is_own(self, lease: Lease) -> bool:
        own = self._new()
        return (lease.airflow, lease.dag_id, lease.run_id, lease.run) == (own.airflow, own.dag_id, own.run_id, own.run)

    def _is_fresh(self, lease: Lease) -> bool:
        """Return whether an own lease needs no renewal, and names this attempt of this task."""
        is_recent = _age(lease) < timedelta(seconds=RENEWAL_SECONDS)
        return is_recent and (lease.task, lease.attempt) == (self._ti.task_id, self._ti.try_number)

    def _refuse_while_it_works(self, lease: Lease) -> None:
        """Raise an error unless the run that has the lease is over.

        A run that is queued does not count as working: it was cleared, and takes the lease again when it starts. A
        lease of the same run id with another name belongs to a run that was deleted.
        """
        address = self._bucket.uri(keys.LEASE)
        if lease.airflow != airflow_address():
            if _age(lease) < FOREIGN_LIMIT:
                raise RunBusy(
                    f"{_describe(lease)} works on this bucket, in another Airflow ({lease.airflow or 'address unknown'}"
                    f"), so this run stops here. That run renewed its lease at {lease.renewed}. Wait until it has "
                    f"ended, then clear this one. If that Airflow no longer exists, delete {address}; otherwise "
                    f"the lease ends {FOREIGN_LIMIT.total_seconds() / 3600:g} hours after its last renewal."
                )
            return
        is_same_id = (lease.dag_id, lease.run_id) == (self._ti.dag_id, self._ti.run_id)
        if not is_same_id and is_active(self._ti, lease.dag_id, lease.run_id, "running"):
            raise RunBusy(
                f"{_describe(lease)} works on this bucket, so this run stops here. Wait until that run has ended, then "
                "clear this one. To end that run, mark it as failed in Airflow."
            )


def _describe(lease: Lease) -> str:
    return f"Since {lease.taken}, the run {lease.run_id!r} of {lease.dag_id}"


def _age(lease: Lease) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(lease.renewed)
