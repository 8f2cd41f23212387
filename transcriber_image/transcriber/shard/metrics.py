"""Write CloudWatch metrics to the log, in Embedded Metric Format.

CloudWatch Logs turns such log lines into metrics by itself.
Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
"""

from __future__ import annotations

import json
import logging
import time

from transcription.contract.errors import TranscriptionError
from transcription.contract.result import FAILED, TRANSCRIBED, Result

log = logging.getLogger(__name__)

NAMESPACE = "Transcription"
#: Metric → unit.
_UNITS = {"AudioSeconds": "Seconds", "RealTimeFactor": "None", "Transcribed": "Count", "Failures": "Count"}


def put_result(bucket: str, result: Result) -> None:
    """Write the metrics of one file: audio length and real-time factor, or a failure with its code.

    A file that was uploaded again or deleted after planning has no metrics.
    """
    if result.status == FAILED and result.failure is not None:
        _put(bucket, {"Failures": 1}, result.failure.code)
    elif result.status == TRANSCRIBED and result.audio is not None:
        seconds = result.audio.seconds
        _put(bucket, {"Transcribed": 1, "AudioSeconds": seconds, "RealTimeFactor": result.cpu_seconds / seconds})


def put_fault(bucket: str, fault: TranscriptionError) -> None:
    """Count a failure that the audio did not cause: of one file, or of a whole shard."""
    _put(bucket, {"Failures": 1}, fault.code)


def _put(bucket: str, values: dict[str, float], code: str = "") -> None:
    """Write one line. The dimensions are the bucket, which names the deployment, and the failure's code if any."""
    dimensions = [["Bucket"], ["Bucket", "Code"]] if code else [["Bucket"]]
    definitions = [{"Name": name, "Unit": _UNITS[name]} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": definitions}
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    log.info(json.dumps({"_aws": metadata, "Bucket": bucket, **({"Code": code} if code else {}), **values}))
