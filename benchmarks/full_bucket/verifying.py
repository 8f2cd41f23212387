"""The command `python -m benchmarks.full_bucket.verifying BUCKET`, which measures the task `verify_transcripts`."""

from __future__ import annotations

import sys

from benchmarks.full_bucket.finished_run import RUN
from benchmarks.full_bucket.measurement import Measurement, measure
from transcription.finish.verification import verify
from transcription.shared.bucket import Bucket
from transcription.shared.manifest_store import read_plan


def main(bucket_name: str) -> Measurement:
    """Verify all files of a run as the task `verify_transcripts` does, and return the time and memory."""

    def task() -> int:
        bucket = Bucket(bucket_name)
        plan = read_plan(bucket, RUN)
        verify(bucket, plan, clearing=0)
        return plan.files

    return measure(task)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
