"""The S3 keys of the records of one run, below `runs/` and `evaluations/`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from .keys import EVALUATIONS_FOLDER, RUNS_FOLDER


def run_name(run_id: str, generation: int = 1) -> str:
    """Return a name for an Airflow run that is valid in S3 keys and Batch job names.

    Airflow's run ids contain `:` and `+`. Batch allows up to 128 letters, digits, `-` and `_`. The name starts with a
    letter or digit: on the container's command line, a value that starts with `-` would be an option. The name ends
    with a digest, so that run ids have different names even if they differ only in replaced or cut characters.

    Args:
        run_id: the run's id.
        generation: a number that counts the runs with this id, for an id that is used again after its run was deleted.
            The number follows the digest, unless it is 1.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", run_id).strip("-")[:80] or "run"
    name = f"{readable}-{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"
    return name if generation == 1 else f"{name}-{generation}"


@dataclass(frozen=True)
class RunKeys:
    """The keys of the records of one run. The name of the run comes from `run_name`."""

    run: str

    @property
    def prefix(self) -> str:
        """The folder of all records of the run, with a slash at its end."""
        return f"{RUNS_FOLDER}{self.run}/"

    @property
    def origin(self) -> str:
        """The key of the record that says for which DAG run in Airflow the records in this folder were made."""
        return f"{self.prefix}origin.json"

    @property
    def plan(self) -> str:
        """The key of the manifest's summary, which is written last and once: with it, the manifest is frozen."""
        return f"{self.prefix}manifest/plan.json"

    def shard(self, draft: str, index: int) -> str:
        """Return the key of the shard for child `index` of the array job.

        `draft` names the shard set in use. Other sets remain if an attempt of the task was interrupted, or if two
        attempts ran at the same time. They are ignored.
        """
        return f"{self.prefix}manifest/{draft}/{index:05d}.json"

    def done(self, draft: str) -> str:
        """Return the key of the part of the manifest with the files that an earlier run transcribed."""
        return f"{self.prefix}manifest/{draft}/done.json"

    @property
    def results(self) -> str:
        """The folder of the result records, one for each finished file, with a slash at its end."""
        return f"{self.prefix}results/"

    def result(self, number: int) -> str:
        """Return the key of the result record of file `number` of the manifest."""
        return f"{self.results}{number:06d}.json"

    def reasons(self, draft: str) -> str:
        """Return the folder of the records that say why files and children of a job have no result.

        The shard set `draft` belongs to one job, so the reasons of an earlier job are in another folder.
        """
        return f"{self.prefix}reasons/{draft}/"

    def file_reason(self, draft: str, number: int) -> str:
        """Return the key of the record that says why file `number` of the manifest has no result."""
        return f"{self.reasons(draft)}files/{number:06d}.json"

    def child_reason(self, draft: str, index: int) -> str:
        """Return the key of the record that says why child `index` ended, so that its files have no result."""
        return f"{self.reasons(draft)}children/{index:05d}.json"

    @property
    def job(self) -> str:
        """The key of the record of the run's Batch jobs."""
        return f"{self.prefix}job.json"

    def verdicts(self, page: int) -> str:
        """Return the key of a page of the outcomes after verification. Page 0 has the first files of the manifest."""
        return f"{self.prefix}verdicts/{page:05d}.json"

    def moves(self, page: int) -> str:
        """Return the key of a page of the outcomes after moving. Page 0 has the first files of the manifest."""
        return f"{self.prefix}moves/{page:05d}.json"

    def texts(self, generation: str, number: int) -> str:
        """Return the key of a part of the texts of a run. File `number` of the manifest is the first file of the part.

        `generation` is that of the outcomes which name the part, so that no later verification changes it.
        """
        return f"{self.prefix}texts/{generation}/{number:06d}.json"

    @property
    def all_verdicts(self) -> str:
        """The key of all outcomes after verification, as release 0.2 wrote them."""
        return f"{self.prefix}verdicts.json"

    @property
    def all_moves(self) -> str:
        """The key of all outcomes after moving, as release 0.2 wrote them."""
        return f"{self.prefix}moves.json"

    @property
    def report(self) -> str:
        """The key of the run's report."""
        return f"{self.prefix}report.json"

    def teaching(self, file: str) -> str:
        """Return the key of a file of a teaching, for example `order.json`."""
        return f"{self.prefix}teaching/{file}"

    def teaching_reason(self, job: str) -> str:
        """Return the key of the record that says why a Batch job of a teaching failed."""
        return self.teaching(f"reasons/{job}.json")

    @property
    def checkpoints(self) -> str:
        """The folder of the checkpoints of a teaching, with a slash at its end."""
        return f"{self.prefix}checkpoints/"

    def evaluation(self, file: str) -> str:
        """Return the key of a file of an evaluation, for example `order.json`. Such files never expire."""
        return f"{EVALUATIONS_FOLDER}{self.run}/{file}"

    def evaluated_model(self, model: str) -> str:
        """Return the key of the record of what a model heard in an evaluation."""
        return self.evaluation(f"models/{model}.json")

    @property
    def announcement(self) -> str:
        """The key of the record of the figures that other DAGs and the alert topic were told last."""
        return f"{self.prefix}announcement.json"
