"""The command `python -m benchmarks.full_bucket.moving BUCKET`, which measures the task `move_to_processed`."""

from __future__ import annotations

import sys

from benchmarks.full_bucket.finished_run import RUN
from benchmarks.full_bucket.measurement import Measurement, measure
from transcription.finish import outcome_pages
from transcription.finish.moving import move
from transcription.finish.outcome_pages import PageReader
from transcription.shared.bucket import Bucket


def main(bucket_name: str) -> Measurement:
    """Move all files of a verified run as the task `move_to_processed` does, and return the time and memory."""

    def task() -> int:
        bucket = Bucket(bucket_name)
        move(bucket, RUN, clearing=0)
        return PageReader(bucket, outcome_pages.moves(RUN)).planned

    return measure(task)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
