"""The CloudWatch dashboard: transcribed audio, speed, cost, failures and runs."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import metrics
from infra.airflow_options import default_number
from infra.alarms import Alarms
from infra.settings import DeploymentSettings

_DAY = Duration.days(1)
#: The widths of a widget, in units of the dashboard's grid.
_HALF_WIDTH, _FULL_WIDTH = 12, 24


def add_dashboard(
    scope: Construct, settings: DeploymentSettings, bucket: str, alarms: Alarms, environment: str
) -> None:
    """Add the dashboard of a deployment.

    Args:
        scope: The construct that the dashboard belongs to.
        settings: The settings of the deployment.
        bucket: The name of the audio bucket.
        alarms: The alarms to show.
        environment: The name of the MWAA environment. Empty: Airflow does not run on MWAA, and has no metrics here.
    """
    dashboard = cloudwatch.Dashboard(scope, "Dashboard", default_interval=Duration.days(30))
    dashboard.add_widgets(cloudwatch.AlarmStatusWidget(alarms=alarms.all, title="Alarms", width=_FULL_WIDTH))
    dashboard.add_widgets(_audio(bucket), _failures(bucket))
    dashboard.add_widgets(_real_time_factor(bucket), _cost(settings, bucket))
    if environment:
        dashboard.add_widgets(_runs(environment))


def _audio(bucket: str) -> cloudwatch.GraphWidget:
    """Return a graph of the transcribed hours and files of each day."""
    hours = cloudwatch.MathExpression(
        expression="seconds / 3600",
        using_metrics={"seconds": metrics.container_metric(bucket, "AudioSeconds", _DAY)},
        period=_DAY,
        label="Hours of audio",
    )
    files = metrics.container_metric(bucket, "Transcribed", _DAY).with_(label="Files")
    return cloudwatch.GraphWidget(title="Transcribed a day", left=[hours], right=[files], width=_HALF_WIDTH)


def _failures(bucket: str) -> cloudwatch.GraphWidget:
    """Return a graph of the failures of each day, by their code."""
    schema = f"{{{metrics.CONTAINER_NAMESPACE},Bucket,Code}}"
    search = f"SEARCH('{schema} MetricName=\"Failures\" Bucket=\"{bucket}\"', 'Sum', 86400)"
    by_code = cloudwatch.MathExpression(expression=search, period=_DAY, label="")
    return cloudwatch.GraphWidget(title="Failures a day, by code", left=[by_code], stacked=True, width=_HALF_WIDTH)


def _real_time_factor(bucket: str) -> cloudwatch.GraphWidget:
    """Return a graph of the mean and the 95th percentile of the files' real-time factor."""
    lines = [
        metrics.container_metric(bucket, "RealTimeFactor", _DAY, statistic).with_(label=label)
        for statistic, label in (("Average", "mean"), ("p95", "19 of 20 files are faster"))
    ]
    title = "Real-time factor: vCPU seconds per second of audio"
    return cloudwatch.GraphWidget(title=title, left=lines, width=_HALF_WIDTH)


def _cost(settings: DeploymentSettings, bucket: str) -> cloudwatch.GraphWidget:
    """Return a graph of the estimated cost of recognition on each day, in US dollars.

    The report of a run has a higher cost, because it includes the start of machines and containers.
    """
    price = settings.transcription.get("vcpu_hour_price", default_number("vcpu_hour_price"))
    cost = cloudwatch.MathExpression(
        expression=f"seconds * factor / 3600 * {price}",
        using_metrics={
            "seconds": metrics.container_metric(bucket, "AudioSeconds", _DAY),
            "factor": metrics.container_metric(bucket, "RealTimeFactor", _DAY, "Average"),
        },
        period=_DAY,
        label="US dollars",
    )
    title = f"Recognition, about, at ${price} for a vCPU hour; the reports count starts too"
    return cloudwatch.GraphWidget(title=title, left=[cost], width=_HALF_WIDTH)


def _runs(environment: str) -> cloudwatch.GraphWidget:
    """Return a graph of the number of successful (green) and failed (red) runs of each day."""
    lines = [
        metrics.dag_metric(environment, name, _DAY).with_(label=label, color=color)
        for name, label, color in (
            ("DAGDurationSuccess", "green", cloudwatch.Color.GREEN),
            ("DAGDurationFailed", "red", cloudwatch.Color.RED),
        )
    ]
    return cloudwatch.GraphWidget(title="Runs a day", left=lines, width=_FULL_WIDTH)
