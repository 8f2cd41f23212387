"""The command `python -m benchmarks.full_bucket.moving BUCKET`, which measures the task `move_to_processed`."""

from __future__ import annotations

import sys
import time

from benchmarks.full_bucket.measurement import Measurement, peak_megabytes
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.finish.moving import move
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.shared.bucket import Bucket


def main(bucket_name: str) -> Measurement:
    """Move all files of a bucket as the task `move_to_processed` does, and return the time and memory of the move."""
    before = peak_megabytes()
    bucket = Bucket(bucket_name)
    items = [Item(number, *listed) for number, listed in enumerate(bucket.list(keys.INPUT_FOLDER))]
    outcomes = Outcomes("benchmark", tuple(Outcome(item, result.TRANSCRIBED) for item in items))
    begun = time.monotonic()
    move(bucket, outcomes)
    return Measurement(len(items), time.monotonic() - begun, peak_megabytes(), before)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
