"""Alarms: each says in its mail what to look at.

The DAG itself tells the topic of a red run, with a link. What it cannot tell of is that it did not run at all, or that
its own message was not sent; and failures are seen here while a run of many hours is still at work.
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
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_NOTHING_IS_WELL = cloudwatch.TreatMissingData.NOT_BREACHING


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
    ) -> None:
        super().__init__(scope, id)
        self._topic = topic
        self._environment, self._bucket = environment, bucket
        #: Those that have a state, for the dashboard.
        self.all = [
            self._run_failed(),
            self._did_not_run(),
            self._dag_is_broken(),
            self._system_failed(),
            self._audio_failed(),
        ]
        for each in self.all:
            each.add_alarm_action(actions.SnsAction(topic))
        self._tell_when_stuck(queue)

    def _run_failed(self) -> cloudwatch.Alarm:
        """A run ended red. `dagrun.duration.failed.{dag_id}`, which Airflow gives once for each such run."""
        return self._alarm(
            "RunFailed",
            metrics.of_dag(self._environment, "DAGDurationFailed", _FIVE_MINUTES),
            "A run of transcribe_audio failed. Its first red task says what is wrong.",
        )

    def _did_not_run(self) -> cloudwatch.Alarm:
        """No scheduled run was started for 25 hours: at 02:00 UTC, the one of 01:00 has not.

        `dagrun.schedule_delay.{dag_id}`, which Airflow gives when it starts a scheduled run, and for no other one: the
        run may then take as long as it likes. What is looked for is that nothing comes, so that a paused or broken DAG,
        a scheduler that stands and an environment that is gone all count. It cannot see whether the run found what was
        uploaded. It is in alarm from the first deployment until the first 01:00, which is the truth.
        """
        return cloudwatch.Alarm(
            self,
            "DidNotRun",
            metric=metrics.of_dag(self._environment, "DAGScheduleDelay", _HOUR),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=25,
            datapoints_to_alarm=25,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
            alarm_description="transcribe_audio was not started at 01:00 UTC. Is it paused, or Airflow unavailable? "
            "(After the first deployment this is so until the first night.)",
        )

    def _dag_is_broken(self) -> cloudwatch.Alarm:
        """A DAG file cannot be read: told minutes after a deployment, not at night. `dag_processing.import_errors`."""
        metric = metrics.of_function(self._environment, "ImportErrors", "DAG Processing", _FIVE_MINUTES, "Minimum")
        return self._alarm(
            "DagIsBroken", metric, "Airflow cannot read a DAG file. Its start page says why.", evaluation_periods=2
        )

    def _system_failed(self) -> cloudwatch.Alarm:
        """Containers failed for another reason than a recording: all failures less those of the codes of recordings."""
        total = metrics.of_container(self._bucket, "Failures", _FIVE_MINUTES)
        of_audio = self._audio_failures(_FIVE_MINUTES)
        expression = " - ".join(f"FILL({name}, 0)" for name in ("total", *of_audio))
        return self._alarm(
            "SystemFailed",
            cloudwatch.MathExpression(
                expression=expression,
                using_metrics={"total": total, **of_audio},
                period=_FIVE_MINUTES,
                label="Failures",
            ),
            "Containers fail, and not because of recordings. The dashboard shows the codes; "
            "docs/troubleshooting.md explains them.",
        )

    def _audio_failed(self) -> cloudwatch.Alarm:
        """Recordings that can never be transcribed."""
        of_audio = self._audio_failures(_HOUR)
        return self._alarm(
            "AudioFailed",
            cloudwatch.MathExpression(
                expression=" + ".join(f"FILL({name}, 0)" for name in of_audio),
                using_metrics=of_audio,
                period=_HOUR,
                label="Recordings",
            ),
            "Recordings cannot be transcribed. Each will be in failed/, with the reason beside it.",
        )

    def _audio_failures(self, period: Duration) -> dict[str, cloudwatch.IMetric]:
        return {
            code.lower(): metrics.of_container(self._bucket, "Failures", period, code=code)
            for code in metrics.AUDIO_CODES
        }

    def _tell_when_stuck(self, queue: str) -> None:
        """Batch finds no machine for the job at the head of the queue, and says why.

        Batch has no metric of that, but an event. Source: AWS Batch User Guide, "Job queue blocked events".
        """
        detail = events.EventField.from_path
        message = (
            f"AWS Batch finds no machine for the job {detail('$.detail.jobId')}: {detail('$.detail.statusReason')}. "
            "Look at the compute environments and the account's quotas. Nothing is lost; the job waits, and is ended "
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
        rule.add_target(targets.SnsTopic(self._topic, message=events.RuleTargetInput.from_text(message)))

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, description: str, evaluation_periods: int = 1
    ) -> cloudwatch.Alarm:
        """An alarm that one or more of something is too many."""
        return cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=1,
            comparison_operator=_AT_LEAST,
            evaluation_periods=evaluation_periods,
            treat_missing_data=_NOTHING_IS_WELL,
            alarm_description=description,
        )
