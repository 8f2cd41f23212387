"""A dashboard: how much was transcribed, how fast, for how much, and what failed."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import metrics
from infra.alarms import Alarms
from infra.settings import DeploymentSettings, airflow_default

_DAY = Duration.days(1)
_HALF, _WHOLE = 12, 24


def add_dashboard(scope: Construct, settings: DeploymentSettings, bucket: str, alarms: Alarms) -> None:
    """Add the dashboard of a deployment."""
    dashboard = cloudwatch.Dashboard(scope, "Dashboard", default_interval=Duration.days(30))
    dashboard.add_widgets(cloudwatch.AlarmStatusWidget(alarms=alarms.all, title="Alarms", width=_WHOLE))
    dashboard.add_widgets(_audio(bucket), _failures(bucket))
    dashboard.add_widgets(_real_time_factor(bucket), _cost(settings, bucket))
    dashboard.add_widgets(_runs(settings.name))


def _audio(bucket: str) -> cloudwatch.GraphWidget:
    hours = cloudwatch.MathExpression(
        expression="seconds / 3600",
        using_metrics={"seconds": metrics.of_container(bucket, "AudioSeconds", _DAY)},
        period=_DAY,
        label="Hours of audio",
    )
    files = metrics.of_container(bucket, "Transcribed", _DAY).with_(label="Files")
    return cloudwatch.GraphWidget(title="Transcribed a day", left=[hours], right=[files], width=_HALF)


def _failures(bucket: str) -> cloudwatch.GraphWidget:
    search = f"SEARCH('{{{metrics.NAMESPACE},Bucket,Code}} MetricName=\"Failures\" Bucket=\"{bucket}\"', 'Sum', 86400)"
    by_code = cloudwatch.MathExpression(expression=search, period=_DAY, label="")
    return cloudwatch.GraphWidget(title="Failures a day, by code", left=[by_code], stacked=True, width=_HALF)


def _real_time_factor(bucket: str) -> cloudwatch.GraphWidget:
    shown = [
        metrics.of_container(bucket, "RealTimeFactor", _DAY, statistic).with_(label=label)
        for statistic, label in (("Average", "mean"), ("p95", "19 of 20 files are faster"))
    ]
    return cloudwatch.GraphWidget(title="Real-time factor: vCPU seconds per second of audio", left=shown, width=_HALF)


def _cost(settings: DeploymentSettings, bucket: str) -> cloudwatch.GraphWidget:
    """Recognition alone, from the mean of files; what a run took in all, its report says."""
    price = settings.transcription.get("vcpu_hour_price", airflow_default("vcpu_hour_price"))
    cost = cloudwatch.MathExpression(
        expression=f"seconds * factor / 3600 * {price}",
        using_metrics={
            "seconds": metrics.of_container(bucket, "AudioSeconds", _DAY),
            "factor": metrics.of_container(bucket, "RealTimeFactor", _DAY, "Average"),
        },
        period=_DAY,
        label="US dollars",
    )
    title = f"Recognition, about, at ${price} for a vCPU hour; the reports count starts too"
    return cloudwatch.GraphWidget(title=title, left=[cost], width=_HALF)


def _runs(environment: str) -> cloudwatch.GraphWidget:
    ended = [
        metrics.of_dag(environment, name, _DAY).with_(label=label, color=color)
        for name, label, color in (
            ("DAGDurationSuccess", "green", cloudwatch.Color.GREEN),
            ("DAGDurationFailed", "red", cloudwatch.Color.RED),
        )
    ]
    return cloudwatch.GraphWidget(title="Runs a day", left=ended, width=_WHOLE)
