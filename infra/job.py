"""The job that transcribes, as AWS Batch is told of it: here for AWS, and for the local stack that stands for it.

Standard library only, so that either side takes it without the other one's libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: A lost host or an image that could not be pulled is nobody's fault: again. So is 143, SIGTERM, which a container gets
#: and may obey before its host goes; a job that was terminated or took too long is never tried again. Any other end is
#: final. As RegisterJobDefinition takes it. Source: AWS Batch User Guide, "Automated job retries" and "Job timeouts".
RETRY_STRATEGY: Final[Mapping[str, Any]] = {
    "attempts": 3,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "CannotPullContainerError:*", "action": "RETRY"},
        {"onExitCode": "143", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
        {"onExitCode": "*", "action": "EXIT"},
    ],
}

#: A child that takes longer than this hangs, in seconds. The largest file that `max_file_megabytes` admits, 37 hours of
#: 16 kHz audio, takes 22 hours; a limit below that would end it every night, and pay for it every night.
TIMEOUT: Final = 24 * 3600

#: How long the records of a run are kept, in days. A version of them that expired or was replaced is gone a day later.
RUN_RECORD_DAYS: Final = 90
RUN_RECORD_VERSION_DAYS: Final = 1


def command(bucket: str) -> list[str]:
    """What a child runs; Batch fills in the parameters `run` and `draft`."""
    return ["python", "-m", "transcriber", "--bucket", bucket, "--run", "Ref::run", "--draft", "Ref::draft"]


def environment(vcpus: int) -> dict[str, str]:
    """The variables of a child. A container on EC2 cannot see how much of its host's cores is its own."""
    return {"TRANSCRIBER_PROCESSES": str(vcpus)}
