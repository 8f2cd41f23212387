"""Metrics that exist already: those of our containers, and those that MWAA makes of Airflow's."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from transcription.contract.errors import InputError

#: Of `transcriber_image/transcriber/shard/metrics.py`, which is not installed here; a test compares the two.
NAMESPACE = "Transcription"
#: Failures of recordings, not of the system: codes of `failed/` that a container can give.
AUDIO_CODES = tuple(sorted(each.code for each in InputError.__subclasses__() if each.code.startswith("AUDIO_")))
#: The DAG's id.
DAG = "transcribe_audio"


def of_container(
    bucket: str, metric: str, period: Duration, statistic: str = "Sum", code: str = ""
) -> cloudwatch.Metric:
    """A metric of the containers that work on `bucket`."""
    dimensions = {"Bucket": bucket, **({"Code": code} if code else {})}
    return cloudwatch.Metric(
        namespace=NAMESPACE, metric_name=metric, dimensions_map=dimensions, period=period, statistic=statistic
    )


def of_dag(environment: str, metric: str, period: Duration, statistic: str = "SampleCount") -> cloudwatch.Metric:
    """A metric of our DAG, counted by default: MWAA publishes only times, one for each run.

    Source of names and dimensions: Amazon MWAA User Guide, "Apache Airflow environment metrics in CloudWatch".
    """
    return _of_mwaa(metric, {"DAG": DAG, "Environment": environment}, period, statistic)


def of_function(environment: str, metric: str, function: str, period: Duration, statistic: str) -> cloudwatch.Metric:
    """A metric of one of Airflow's parts. Source: as above."""
    return _of_mwaa(metric, {"Function": function, "Environment": environment}, period, statistic)


def _of_mwaa(metric: str, dimensions: dict[str, str], period: Duration, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AmazonMWAA", metric_name=metric, dimensions_map=dimensions, period=period, statistic=statistic
    )
