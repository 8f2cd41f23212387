"""CloudWatch metrics, which are written to the log in Embedded Metric Format.

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

    Nothing is written for a file that was uploaded again or deleted after planning.

    Args:
        bucket: the name of the bucket.
        result: the result record of the file.
    """
    if result.status == FAILED and result.failure is not None:
        _put(bucket, {"Failures": 1}, result.failure.code)
    elif result.status == TRANSCRIBED and result.audio is not None:
        seconds = result.audio.seconds
        _put(bucket, {"Transcribed": 1, "AudioSeconds": seconds, "RealTimeFactor": result.cpu_seconds / seconds})


def put_fault(bucket: str, fault: TranscriptionError) -> None:
    """Count a failure that the audio did not cause, of one file or of the whole shard.

    Args:
        bucket: the name of the bucket.
        fault: the failure.
    """
    _put(bucket, {"Failures": 1}, fault.code)


def _put(bucket: str, values: dict[str, float], code: str = "") -> None:
    """Write one line with metrics to the log.

    Args:
        bucket: the name of the bucket. It is a dimension of the metrics, because it identifies the deployment.
        values: the values of the metrics by name.
        code: the code of a failure, which is another dimension, or an empty text.
    """
    dimensions = [["Bucket"], ["Bucket", "Code"]] if code else [["Bucket"]]
    definitions = [{"Name": name, "Unit": _UNITS[name]} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": definitions}
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    log.info(json.dumps({"_aws": metadata, "Bucket": bucket, **({"Code": code} if code else {}), **values}))
