"""A run of the smoke test: one clip in a folder of its own, from the upload to the end of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from infra.smoke.airflow_api import AirflowApi
from infra.smoke.errors import AirflowRefused, RunTooLong
from transcription.contract import keys
from transcription.contract.run_keys import run_name

DAG: Final = "transcribe_audio"
#: The folders in which a run leaves something about a recording.
_FOLDERS = (
    keys.INPUT_FOLDER,
    keys.OUTPUT_FOLDER,
    keys.LISTENING_FOLDER,
    keys.PROCESSED_FOLDER,
    keys.FAILED_FOLDER,
)
_ENDED = ("success", "failed")
#: Seconds between two looks at the run.
_INTERVAL = 5.0


class SmokeRun:
    """One run that transcribes one clip. Other audio in the bucket is not touched.

    Args:
        s3: A client of S3.
        airflow: The REST API of Airflow.
        bucket: The name of the audio bucket.
        identifier: A text that no other smoke test has. It becomes a folder and a part of the run id.
    """

    def __init__(self, s3: Any, airflow: AirflowApi, bucket: str, identifier: str) -> None:
        self._s3, self._airflow, self._bucket = s3, airflow, bucket
        #: The folder of the clip, below `input/`, `output/` and `processed/`.
        self.folder = f"{identifier}/"
        self.run_id = f"manual__{identifier}"
        #: The name of the clip: its path below `input/` without the ending.
        self.name = ""
        #: The state of the run when it ended: `success` or `failed`.
        self.state = ""

    def upload(self, clip: Path) -> str:
        """Upload a clip below `input/`, and return its key."""
        key = f"{keys.INPUT_FOLDER}{self.folder}{clip.name}"
        self._s3.upload_file(str(clip), self._bucket, key)
        self.name = keys.name_of(key)
        return key

    def trigger(self) -> None:
        """Start the run, for the folder of the clip only.

        Raises:
            AirflowRefused: Airflow does not start the run.
        """
        body = {"dag_run_id": self.run_id, "logical_date": None, "conf": {"prefix": self.folder}}
        self._airflow.call("POST", f"/dags/{DAG}/dagRuns", body=body)

    def wait(self, limit: float, sleep: Callable[[float], None] = time.sleep) -> dict[str, str]:
        """Wait until the run has ended, and return the state of each task.

        Args:
            limit: How long to wait, in seconds.
            sleep: Waits for a number of seconds.

        Raises:
            AirflowRefused: Airflow does not know the run any more.
            RunTooLong: The run has not ended in time. The message names the task at work.
        """
        path = f"/dags/{DAG}/dagRuns/{self.run_id}"
        waited = 0.0
        while (state := str(self._airflow.call("GET", path)["state"])) not in _ENDED:
            if waited >= limit:
                at_work = [task for task, task_state in self._tasks(path).items() if task_state == "running"]
                tasks = f" in {', '.join(at_work)}" if at_work else ""
                raise RunTooLong(
                    f"The run {self.run_id} is {state}{tasks} after {limit / 60:.0f} minutes. Look at it in Airflow; "
                    "a first machine takes about five minutes to start, and runs wait for each other."
                )
            sleep(_INTERVAL)
            waited += _INTERVAL
        self.state = state
        return self._tasks(path)

    def _tasks(self, path: str) -> dict[str, str]:
        tasks = self._airflow.call("GET", f"{path}/taskInstances")["task_instances"]
        return {task["task_id"]: str(task["state"]) for task in tasks}

    def remove(self) -> list[str]:
        """Delete the run in Airflow, and all versions of all objects of the run and of the clip.

        Returns:
            What could not be removed, with the reason.
        """
        left = []
        try:
            self._airflow.call("DELETE", f"/dags/{DAG}/dagRuns/{self.run_id}")
        except AirflowRefused as error:
            left.append(str(error))
        prefixes = [f"{folder}{self.folder}" for folder in _FOLDERS]
        for prefix in [*prefixes, f"{keys.RUNS_FOLDER}{run_name(self.run_id)}/"]:
            left += self._delete_versions(prefix)
        return left

    def _delete_versions(self, prefix: str) -> list[str]:
        """Delete all versions of all objects whose keys begin with `prefix`, and return what S3 refuses to delete."""
        refused = []
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix):
            versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            if objects:
                answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
                refused += [f"{error['Key']}: {error['Message']}" for error in answer.get("Errors", [])]
        return refused
