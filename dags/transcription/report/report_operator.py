"""The operator of the task `report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator

from transcription.contract.run_keys import RunKeys
from transcription.finish import outcome_pages
from transcription.finish.outcome_pages import PageReader
from transcription.report import alerts
from transcription.report.announcement import is_news
from transcription.report.report_text import describe, summarize
from transcription.report.run_report import make_report
from transcription.shared import page_addresses, task_links
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import Job
from transcription.shared.manifest_store import read_plan
from transcription.shared.run_folder import current_run
from transcription.shared.run_lease import RunLease
from transcription.shared.settings import load_settings
from transcription.shared.task_errors import fail_without_retry

if TYPE_CHECKING:
    from airflow.sdk import Context


class ReportOperator(BaseOperator):
    """The operator that writes `runs/{run}/report.json` and adds its figures to the event of the asset `transcripts`.

    If a run is cleared and its figures stay the same, there is no second event, and no second mail.

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
        """Write the report of the run and log it, and release the lease. Show buttons to transcripts and report.

        Raises:
            AirflowFailException: a planned file has neither a transcript nor a reason.
        """
        settings = load_settings()
        bucket = Bucket(settings.bucket)
        run = RunKeys(current_run(bucket, context))
        plan = read_plan(bucket, run.run)
        outcomes = PageReader(bucket, outcome_pages.moves(run.run))
        report = make_report(plan, outcomes, bucket.find_record(Job, run.job), settings)
        bucket.write_record(run.report, report)
        RunLease(bucket, context["ti"], run.run).release()
        self.log.info("%s", describe(report))
        if report.model_doubt:
            self.log.warning("%s", report.model_doubt)
        transcripts = page_addresses.recordings_page(plan.prefix)
        task_links.show_link(self, context, task_links.TRANSCRIPTS_LINK, transcripts)
        task_links.show_link(self, context, task_links.REPORT_LINK, page_addresses.run_page(context["run_id"]))
        # The pages in Airflow's web server list runs from Airflow's database, without a request to S3.
        context["ti"].xcom_push(key="figures", value=report.figures)
        report.raise_if_incomplete()
        if is_news(bucket, report, context):
            context["ti"].xcom_push(key=alerts.SUMMARY, value=summarize(report))
            context["ti"].xcom_push(key="model_doubt", value=report.model_doubt)
            context["outlet_events"][self.transcripts].extra = report.figures
        else:
            self.log.info("The figures are those that were announced before this run was cleared: no event, no mail.")
            # Airflow emits an event for each outlet that the task has at its end.
            self.outlets = []
