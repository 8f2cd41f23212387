"""CloudWatch metrics that alarms and dashboard use: those of the containers, and those that MWAA publishes."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from transcription.contract.errors import InputError

#: The namespace of the containers' metrics. It must equal the one in `transcriber.shard.metrics`, a package that is not
#: installed here; a test compares the two.
CONTAINER_NAMESPACE = "Transcription"
#: The namespace of the metrics that MWAA publishes.
MWAA_NAMESPACE = "AmazonMWAA"
#: The codes of failures that a recording causes and a container can report.
AUDIO_CODES = tuple(sorted(error.code for error in InputError.__subclasses__() if error.code.startswith("AUDIO_")))
#: The id of the DAG.
DAG = "transcribe_audio"


def container_metric(
    bucket: str, metric: str, period: Duration, statistic: str = "Sum", code: str = ""
) -> cloudwatch.Metric:
    """Return a metric of the containers that work on a bucket.

    Args:
        bucket: The name of the audio bucket.
        metric: The name of the metric.
        period: The time that one data point covers.
        statistic: How CloudWatch combines the values of a period.
        code: A failure code, for failures with this code only.
    """
    dimensions = {"Bucket": bucket, **({"Code": code} if code else {})}
    return _metric(CONTAINER_NAMESPACE, metric, dimensions, period, statistic)


def dag_metric(environment: str, metric: str, period: Duration, statistic: str = "SampleCount") -> cloudwatch.Metric:
    """Return a metric of the DAG. Source: Amazon MWAA User Guide, "Apache Airflow environment metrics in CloudWatch".

    Args:
        environment: The name of the MWAA environment.
        metric: The name of the metric.
        period: The time that one data point covers.
        statistic: How CloudWatch combines the values of a period. The default counts the values, and so the runs: MWAA
            publishes durations, one for each run.
    """
    return _metric(MWAA_NAMESPACE, metric, {"DAG": DAG, "Environment": environment}, period, statistic)


def component_metric(
    environment: str, metric: str, component: str, period: Duration, statistic: str
) -> cloudwatch.Metric:
    """Return a metric of a component of Airflow. The names have the same source as those of `dag_metric`.

    Args:
        environment: The name of the MWAA environment.
        metric: The name of the metric.
        component: The component, such as `DAG Processing`. MWAA calls this dimension `Function`.
        period: The time that one data point covers.
        statistic: How CloudWatch combines the values of a period.
    """
    return _metric(MWAA_NAMESPACE, metric, {"Function": component, "Environment": environment}, period, statistic)


def queue_metric(queue: str, metric: str, period: Duration) -> cloudwatch.Metric:
    """Return a metric of a queue in SQS. Source: Amazon SQS Developer Guide, "Available CloudWatch metrics".

    Args:
        queue: The name of the queue.
        metric: The name of the metric.
        period: The time that one data point covers.
    """
    return _metric("AWS/SQS", metric, {"QueueName": queue}, period, "Maximum")


def _metric(
    namespace: str, metric: str, dimensions: Mapping[str, str], period: Duration, statistic: str
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=metric, dimensions_map=dimensions, period=period, statistic=statistic
    )
