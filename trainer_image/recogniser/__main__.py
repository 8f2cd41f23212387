"""The command `python -m recogniser`. It reads a request as JSON from standard input and prints the texts as JSON.

The request has the fields `task` (`transcribe` or `decode`), `model` (a model folder) and `clips` (a file of numpy with
one array per recording, numbered from 0). `transcribe` also has `engine`, and its answer also the vCPU seconds
of the recognition; `decode` has `weights` and `use_scorer`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from recogniser.decoded_texts import decode
from recogniser.engine_texts import transcribe


def main() -> int:
    """Answer the request, and return the exit code."""
    request: dict[str, Any] = json.load(sys.stdin)
    with np.load(request["clips"], allow_pickle=False) as stored:
        clips = [stored[str(number)] for number in range(len(stored.files))]
    model = Path(request["model"])
    cpu_seconds = 0.0
    if request["task"] == "transcribe":
        text, cpu_seconds = transcribe(model, request["engine"], clips)
        texts = [text]
    else:
        weights = [(float(alpha), float(beta)) for alpha, beta in request["weights"]]
        texts = decode(model, clips, weights, use_scorer=request["use_scorer"])
    print(json.dumps({"texts": texts, "cpu_seconds": cpu_seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
