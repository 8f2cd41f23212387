"""The command `python -m benchmarks.full_bucket.planning BUCKET`, which measures the task `plan`."""

from __future__ import annotations

import sys
import time

from benchmarks.full_bucket.measurement import Measurement, peak_megabytes
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
    before = peak_megabytes()
    begun = time.monotonic()
    request = RunRequest(options=Options())
    plan = plan_run(Bucket(bucket), "benchmark", request, Settings(bucket, "queue", "definition"))
    seconds = time.monotonic() - begun
    if plan is None:
        raise SystemExit(f"There is no audio in {bucket}.")
    return Measurement(plan.files, seconds, peak_megabytes(), before)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
