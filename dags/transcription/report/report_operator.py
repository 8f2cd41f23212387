"""The operator of the task `report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator

from transcription.contract.keys import RunKeys, run_name
from transcription.finish import outcome_pages
from transcription.finish.outcome_pages import PageReader
from transcription.report.report_text import describe, summarize
from transcription.report.run_report import make_report
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
    """The operator that writes `runs/{run}/report.json` and adds its figures to the event of the asset `transcripts`.

    Args:
        transcripts: the asset that other DAGs follow.
        kwargs: passed on to BaseOperator.
    """

    operator_extra_links = (task_links.TRANSCRIPTS_LINK, task_links.REPORT_LINK)

    def __init__(self, transcripts: Asset, **kwargs: Any) -> None:
        super().__init__(outlets=[transcripts], **kwargs)
        self.transcripts = transcripts
        self.addresses: dict[str, str] = {}

    @fail_without_retry()
    def execute(self, context: Context) -> None:
        """Write the report of the run and log it. Show buttons that lead to the transcripts and to the report.

        Raises:
            AirflowFailException: a planned file has neither a transcript nor a reason.
        """
        settings = load_settings()
        bucket, run = Bucket(settings.bucket), RunKeys(run_name(context["run_id"]))
        plan = read_plan(bucket, run.run)
        outcomes = PageReader(bucket, outcome_pages.moves(run.run))
        report = make_report(plan, outcomes, bucket.find_record(Job, run.job), settings)
        bucket.write_record(run.report, report)
        self.log.info("%s", describe(report))
        console = AwsConsole.for_bucket(bucket)
        task_links.show_link(self, context, task_links.TRANSCRIPTS_LINK, console.transcripts(plan.prefix))
        task_links.show_link(self, context, task_links.REPORT_LINK, console.object(run.report))
        context["ti"].xcom_push(key="summary", value=summarize(report))
        report.raise_if_incomplete()
        context["outlet_events"][self.transcripts].extra = report.figures
