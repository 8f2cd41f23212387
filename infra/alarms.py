"""The CloudWatch alarms of a deployment, and an event rule. The mail of each one says what to look at.

The DAG itself sends a message about a failed run, with a link. The DAG cannot report that it did not run, or that its
message was not sent. The alarms report both, and they report failures while a long run is still at work.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra import metrics

_FIVE_MINUTES = Duration.minutes(5)
_HOUR = Duration.hours(1)


class Alarms(Construct):
    """All alarms of a deployment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic: sns.ITopic,
        environment: str,
        bucket: str,
        queue: str,
        missed_run_hours: int,
        upload_queues: tuple[str, str] | None,
    ) -> None:
        """Create the alarms.

        Args:
            scope: The construct that the alarms belong to.
            id: The construct id.
            topic: The topic that receives the alarms.
            environment: The name of the MWAA environment. Empty: Airflow does not run on MWAA, so CloudWatch has no
                metrics about it, and there are only the alarms about containers.
            bucket: The name of the audio bucket.
            queue: The ARN of the job queue.
            missed_run_hours: Hours without a scheduled run after which an alarm goes off.
            upload_queues: The names of the queue of uploads and of its dead letter queue. None: uploads start no run.
        """
        super().__init__(scope, id)
        self._environment, self._bucket = environment, bucket
        #: The alarms whose state the dashboard shows. An event rule has no state.
        self.all = [
            *([self._run_failed(), self._did_not_run(missed_run_hours), self._dag_is_broken()] if environment else []),
            self._system_failed(),
            self._audio_failed(),
            *([self._upload_waits(upload_queues[0]), self._upload_lost(upload_queues[1])] if upload_queues else []),
        ]
        for alarm in self.all:
            alarm.add_alarm_action(actions.SnsAction(topic))
        self._report_blocked_queue(queue, topic)

    def _run_failed(self) -> cloudwatch.Alarm:
        """Add an alarm that goes off when a run failed.

        Airflow sends `dagrun.duration.failed.{dag_id}` once for each failed run.
        """
        return self._alarm(
            "RunFailed",
            metrics.dag_metric(self._environment, "DAGDurationFailed", _FIVE_MINUTES),
            "A run of transcribe_audio failed. In Airflow, the log of its first red task says why.",
        )

    def _did_not_run(self, hours: int) -> cloudwatch.Alarm:
        """Add an alarm that goes off when no scheduled run has started for this number of hours.

        With the defaults, if the run at 01:00 UTC does not start, the alarm goes off after 02:00 UTC. Airflow sends
        `dagrun.schedule_delay.{dag_id}` when it starts a scheduled run, and for no other run. The length of a run
        therefore does not matter. The alarm goes off if the values are missing for any cause: the DAG is paused
        or broken, an earlier run does not end, the scheduler hangs, or the environment does not exist any more. The
        alarm does not show whether a run found the uploaded files. After the first deployment, the alarm is on until
        the first scheduled run.
        """
        return cloudwatch.Alarm(
            self,
            "DidNotRun",
            metric=metrics.dag_metric(self._environment, "DAGScheduleDelay", _HOUR),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=hours,
            datapoints_to_alarm=hours,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
            alarm_description="transcribe_audio was not started on schedule. Check whether the DAG is paused, whether "
            "Airflow is available, and whether an earlier run still runs: the next run waits for it. A run with a "
            "logical date in the future starts no task; delete it, or Airflow fails it after 7 days. (After the first "
            "deployment, this alarm is on until the first scheduled run.)",
        )

    def _dag_is_broken(self) -> cloudwatch.Alarm:
        """Add an alarm that goes off within minutes of a deployment when Airflow cannot read a DAG file.

        Airflow sends the number of such files as `dag_processing.import_errors`.
        """
        metric = metrics.component_metric(self._environment, "ImportErrors", "DAG Processing", _FIVE_MINUTES, "Minimum")
        return self._alarm(
            "DagIsBroken", metric, "Airflow cannot read a DAG file. Its start page shows the error.", periods=2
        )

    def _system_failed(self) -> cloudwatch.Alarm:
        """Add an alarm that goes off when containers report failures that no recording caused."""
        total = metrics.container_metric(self._bucket, "Failures", _FIVE_MINUTES)
        audio_failures = self._audio_failures(_FIVE_MINUTES)
        expression = " - ".join(f"FILL({name}, 0)" for name in ("total", *audio_failures))
        return self._alarm(
            "SystemFailed",
            cloudwatch.MathExpression(
                expression=expression,
                using_metrics={"total": total, **audio_failures},
                period=_FIVE_MINUTES,
                label="Failures",
            ),
            "Containers fail, and not because of recordings. The dashboard shows the codes; "
            "docs/troubleshooting.md explains them.",
        )

    def _audio_failed(self) -> cloudwatch.Alarm:
        """Add an alarm that goes off when recordings can never be transcribed."""
        audio_failures = self._audio_failures(_HOUR)
        return self._alarm(
            "AudioFailed",
            cloudwatch.MathExpression(
                expression=" + ".join(f"FILL({name}, 0)" for name in audio_failures),
                using_metrics=audio_failures,
                period=_HOUR,
                label="Recordings",
            ),
            "Some recordings cannot be transcribed. The run moves each to failed/, with a file that gives the reason.",
        )

    def _upload_waits(self, queue: str) -> cloudwatch.Alarm:
        """Add an alarm that goes off when a message about an upload waits for an hour.

        The trigger holds the last message of a burst for 45 minutes at most: it ends a burst after 30 minutes, and
        waits for a quiet time of 15 minutes at most.
        """
        return self._alarm(
            "UploadWaits",
            metrics.queue_metric(queue, "ApproximateAgeOfOldestMessage", _FIVE_MINUTES),
            "No run starts after uploads. Check whether the DAG is paused, and what the log of Airflow's triggerer "
            "says. The scheduled run takes the files.",
            threshold=_HOUR.to_seconds(),
        )

    def _upload_lost(self, dead_letters: str) -> cloudwatch.Alarm:
        """Add an alarm that goes off when messages are in the dead letter queue of the queue of uploads."""
        return self._alarm(
            "UploadLost",
            metrics.queue_metric(dead_letters, "ApproximateNumberOfMessagesVisible", _FIVE_MINUTES),
            "Airflow received a message about an upload ten times and did not delete it: its triggerer is lost again "
            "and again, or may not delete messages. The scheduled run takes the file. Delete the messages in the dead "
            "letter queue when the cause is found.",
        )

    def _audio_failures(self, period: Duration) -> dict[str, cloudwatch.IMetric]:
        """Return the metric of failures for each code of `metrics.AUDIO_CODES`, by the code in lower case.

        Args:
            period: The time that one data point covers.
        """
        return {
            code.lower(): metrics.container_metric(self._bucket, "Failures", period, code=code)
            for code in metrics.AUDIO_CODES
        }

    def _report_blocked_queue(self, queue: str, topic: sns.ITopic) -> None:
        """Add a rule that sends Batch's reason to a topic when Batch finds no machine for the first job of a queue.

        Batch publishes an event for this, but no metric. Source: AWS Batch User Guide, "Job queue blocked events".
        """
        job_id = events.EventField.from_path("$.detail.jobId")
        reason = events.EventField.from_path("$.detail.statusReason")
        message = (
            f"AWS Batch finds no machine for the job {job_id}: {reason}. "
            "Check the compute environments and the account's quotas. No audio is lost: the job waits, and is ended "
            "after start_limit_minutes."
        )
        rule = events.Rule(
            self,
            "Stuck",
            description="Jobs that wait for a machine which Batch cannot find",
            event_pattern=events.EventPattern(
                source=["aws.batch"], detail_type=["Batch Job Queue Blocked"], detail={"jobQueue": [queue]}
            ),
        )
        # The CDK adds no statement to a topic that it knows by ARN only. Its own would let events of all accounts in.
        known_by_arn = sns.Topic.from_topic_arn(self, "TopicOfRule", topic.topic_arn)
        rule.add_target(targets.SnsTopic(known_by_arn, message=events.RuleTargetInput.from_text(message)))

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, description: str, periods: int = 1, threshold: float = 1
    ) -> cloudwatch.Alarm:
        """Add an alarm that goes off when a metric reaches a threshold. A missing value does not set off the alarm.

        Args:
            name: The construct id.
            metric: The metric.
            description: What the mail says.
            periods: For how many consecutive periods of the metric its value must reach the threshold.
            threshold: The lowest value that sets off the alarm.
        """
        return cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
