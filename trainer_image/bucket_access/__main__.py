"""The command `python -m bucket_access`. It reads a request as JSON from standard input and prints an answer as JSON.

The request has the fields `task` (`fetch` or `store`), `bucket` and `folder`. `fetch` also has `set` and `base`, and
`store` has `name`. An answer with the field `error` says why the request failed.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from bucket_access.candidate import store_candidate
from bucket_access.teaching_bucket import TeachingBucket
from bucket_access.teaching_data import fetch_teaching_data
from transcription.contract.errors import TranscriptionError


def main() -> int:
    """Answer the request, and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    request = json.load(sys.stdin)
    bucket = TeachingBucket(request["bucket"])
    try:
        answer: dict[str, object]
        if request["task"] == "fetch":
            data = fetch_teaching_data(bucket, Path(request["folder"]), request["set"], request["base"])
            answer = {"audio": str(data.audio), "base": str(data.base), "models": sorted(bucket.model_names())}
        else:
            answer = {"place": store_candidate(bucket, request["name"], Path(request["folder"]))}
    except TranscriptionError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))
    return "error" in answer


if __name__ == "__main__":
    sys.exit(main())
