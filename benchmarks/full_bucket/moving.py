"""Moving many files: how long it takes, and how many requests each of them costs."""

from __future__ import annotations

import sys
import time

from benchmarks.full_bucket.measured import Measured, peak_megabytes
from transcription.contract import keys, result
from transcription.contract.manifest import Item
from transcription.finish.moving import move
from transcription.finish.outcomes import Outcome, Outcomes
from transcription.shared.bucket import Bucket


def main(bucket_name: str) -> Measured:
    """Move all files of a bucket, as the task `move_to_processed` does, and measure this process."""
    before = peak_megabytes()
    bucket = Bucket(bucket_name)
    items = [Item(number, *found) for number, found in enumerate(bucket.list(keys.INPUT))]
    outcomes = Outcomes("benchmark", tuple(Outcome(item, result.TRANSCRIBED) for item in items))
    begun = time.monotonic()
    move(bucket, outcomes)
    return Measured(len(items), time.monotonic() - begun, peak_megabytes(), before)


if __name__ == "__main__":
    print(main(sys.argv[1]).as_json())
