"""The task `report`: adds up the run, shows it, and turns it red where something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator

from transcription.contract.keys import RunKeys, run_name
from transcription.finish.outcomes import Outcomes
from transcription.report.run_report import describe, make_report, summarize
from transcription.shared import task_links
from transcription.shared.aws_console import AwsConsole
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.shared.manifest_store import read_plan
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import fail_without_retry

if TYPE_CHECKING:
    from airflow.sdk import Context


class ReportOperator(BaseOperator):
    """Writes `runs/{run}/report.json`, and tells those who follow the transcripts of its figures."""

    operator_extra_links = (task_links.TRANSCRIPTS_LINK, task_links.REPORT_LINK)

    def __init__(self, transcripts: Asset, **kwargs: Any) -> None:
        super().__init__(outlets=[transcripts], **kwargs)
        self.transcripts = transcripts
        self.addresses: dict[str, str] = {}

    @fail_without_retry()
    def execute(self, context: Context) -> None:
        """Add up, write, show.

        Raises:
            AirflowFailException: a planned file is neither transcribed nor explained.
        """
        settings = load_settings()
        bucket, run = Bucket(settings.bucket), RunKeys(run_name(context["run_id"]))
        plan = read_plan(bucket, run.run)
        outcomes = bucket.read_record(Outcomes, run.moves)
        report = make_report(plan, outcomes, bucket.find_record(Job, run.job), settings)
        bucket.write_record(run.report, report)
        self.log.info("%s", describe(report))
        console = AwsConsole.for_bucket(bucket)
        task_links.show_link(self, context, task_links.TRANSCRIPTS_LINK, console.transcripts(plan.prefix))
        task_links.show_link(self, context, task_links.REPORT_LINK, console.object(run.report))
        context["ti"].xcom_push(key="summary", value=summarize(report))
        report.raise_if_incomplete()
        context["outlet_events"][self.transcripts].extra = report.figures
