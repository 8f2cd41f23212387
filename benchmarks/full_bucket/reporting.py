"""The command `python -m benchmarks.full_bucket.reporting BUCKET`, which measures the task `report`."""

from __future__ import annotations

import sys

from benchmarks.full_bucket.finished_run import RUN
from benchmarks.full_bucket.measurement import Measurement, measure
from transcription.contract.run_keys import RunKeys
from transcription.finish import outcome_pages
from transcription.finish.outcome_pages import PageReader
from transcription.report.report_text import describe
from transcription.report.run_report import make_report
from transcription.shared.bucket import Bucket
from transcription.shared.manifest_store import read_plan
from transcription.shared.settings import Settings


def main(bucket_name: str) -> Measurement:
    """Report on a run whose files are moved as the task `report` does, and return the time and memory.

    Raises:
        RunIncomplete: A file has not been moved.
    """

    def task() -> int:
        bucket = Bucket(bucket_name)
        outcomes = PageReader(bucket, outcome_pages.moves(RUN))
        report = make_report(read_plan(bucket, RUN), outcomes, None, Settings(bucket_name, "queue", "definition"))
        bucket.write_record(RunKeys(RUN).report, report)
        describe(report)
        report.raise_if_incomplete()
        return report.planned

    return measure(task)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
