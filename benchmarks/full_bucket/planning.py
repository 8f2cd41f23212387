"""The command `python -m benchmarks.full_bucket.planning BUCKET`, which measures the task `plan`."""

from __future__ import annotations

import sys

from benchmarks.full_bucket.measurement import Measurement, measure
from transcription.contract.options import Options
from transcription.plan.run_planning import plan_run
from transcription.plan.run_request import RunRequest
from transcription.shared.bucket import Bucket
from transcription.shared.settings import Settings


def main(bucket: str) -> Measurement:
    """Plan all files of a bucket as the task `plan` does, and return the time and memory of planning.

    Raises:
        SystemExit: The bucket has no audio to plan.
    """

    def task() -> int:
        plan = plan_run(
            Bucket(bucket), "benchmark", RunRequest(options=Options()), Settings(bucket, "queue", "definition")
        )
        if plan is None:
            raise SystemExit(f"There is no audio in {bucket}.")
        return plan.files

    return measure(task)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
