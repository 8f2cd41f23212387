"""The folder of a run's records, `runs/{run}/`, and the DAG run in Airflow for which the records were made.

A run id can be used again after somebody deleted its run in Airflow. The new run gets a folder of its own beside the
old one. Airflow gives tasks no identifier of a DAG run that survives a clear and not a deletion, so the folder contains
what distinguishes both: the time when the DAG run started, how often it was cleared, and the task instance that planned
it.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from transcription.contract.errors import ManifestMissing
from transcription.contract.run_keys import RunKeys, run_name
from transcription.shared.bucket import Bucket
from transcription.shared.run_lease import airflow_address

log = logging.getLogger(__name__)

#: The DAG of records without an origin, which earlier versions made.
_FIRST_DAG = "transcribe_audio"


@dataclass(frozen=True)
class Origin:
    """The record `runs/{run}/origin.json`: the DAG run for which the records in this folder were made."""

    #: The address of its Airflow.
    airflow: str
    dag_id: str
    run_id: str
    #: When the DAG run started, ISO 8601. A clear of an ended run changes this time, and increases `cleared`.
    started: str
    cleared: int
    #: The id of the task instance of `plan` that wrote this record. Each attempt that Airflow starts has its own.
    task_instance: str

    @classmethod
    def of(cls, context: Any) -> Origin:
        """Return the origin of the records that the task with this context writes."""
        dag_run, ti = context["dag_run"], context["ti"]
        started = dag_run.start_date.isoformat() if dag_run.start_date else ""
        return cls(airflow_address(), ti.dag_id, ti.run_id, started, dag_run.clear_number or 0, str(ti.id))

    def precedes(self, other: Origin) -> bool:
        """Return whether `other` belongs to a DAG run that was created after this one, with the same id."""
        return self.started != other.started and self.cleared >= other.cleared


def find_origin(bucket: Bucket, run: str) -> Origin | None:
    """Return the origin of a run's records, or None if the run has none or is older than this record."""
    return bucket.find_record(Origin, RunKeys(run).origin)


def write_origin(bucket: Bucket, run: str, origin: Origin) -> None:
    """Write the origin of a run's records, as the first object of its folder. A record that exists already stays."""
    bucket.write_record(RunKeys(run).origin, origin, once=True)


def current_run(bucket: Bucket, context: Any) -> str:
    """Return the name of the run that executes the task with this context.

    Raises:
        ManifestMissing: all records are those of an earlier DAG run with the same id.
    """
    run_id = context["run_id"]
    generations = _generations(bucket, run_id)
    run, origin = _newest_records(bucket, context, generations) or (_unused_name(run_id, generations), None)
    if origin is not None and origin.precedes(Origin.of(context)):
        raise ManifestMissing(
            f"{_folder(bucket, run)} holds the records of an earlier run with the id {run_id!r}, which was "
            "deleted in Airflow. This run has none of its own yet. Clear the run from its first task."
        )
    return run


def choose_run(bucket: Bucket, context: Any) -> str:
    """Return the name of the run for its task `plan`: that of its records, or a new name if the run has none.

    If other runs had the same id, the origin is written at once, so that later attempts know which folder is their own.
    """
    run_id = context["run_id"]
    generations = _generations(bucket, run_id)
    records = _newest_records(bucket, context, generations)
    if records and _are_own(records[1], context):
        return records[0]
    run = _unused_name(run_id, generations)
    if generations:
        log.info(
            "Another run had the id %r, and its records stay. Those of this run are in %s", run_id, _folder(bucket, run)
        )
        write_origin(bucket, run, Origin.of(context))
    return run


def _unused_name(run_id: str, generations: list[int]) -> str:
    return run_name(run_id, max(generations, default=0) + 1)


def _folder(bucket: Bucket, run: str) -> str:
    return bucket.uri(RunKeys(run).prefix)


def _are_own(origin: Origin | None, context: Any) -> bool:
    """Return whether records with this origin are those of the DAG run that executes `plan` with this context.

    The first attempt of `plan` finds records only if an earlier DAG run had the same id, or if this attempt was started
    twice. Records without an origin were made by an earlier version, which had one folder for each run id.
    """
    own = Origin.of(context)
    if origin is None or origin.task_instance == own.task_instance:
        return True
    return context["ti"].try_number > 1 and not origin.precedes(own)


def _newest_records(bucket: Bucket, context: Any, generations: list[int]) -> tuple[str, Origin | None] | None:
    """Return the name and the origin of the newest run of this DAG with this id, or None if there is no such run.

    Other DAGs, and another Airflow that uses the same bucket, may have runs with the same id.
    """
    dag_id = context["ti"].dag_id
    for generation in generations:
        run = run_name(context["run_id"], generation)
        origin = find_origin(bucket, run)
        if (origin.airflow, origin.dag_id) == (airflow_address(), dag_id) if origin else dag_id == _FIRST_DAG:
            return run, origin
    return None


def _generations(bucket: Bucket, run_id: str) -> list[int]:
    """Return the numbers of the folders for a run id, the newest first."""
    name = run_name(run_id)
    start = RunKeys(name).prefix.removesuffix("/")
    endings = (folder.removeprefix(start) for folder in bucket.folders(start))
    matches = [re.fullmatch(r"(?:-([1-9][0-9]{0,3}))?/", ending) for ending in endings]
    return sorted((int(match[1] or 1) for match in matches if match), reverse=True)
