"""The pages with the runs, with one run, and with the log of a failed child."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages import child_log, run_chart
from transcript_pages.access import Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.page_templates import render
from transcript_pages.run_history import newest_runs, read_run
from transcript_pages.run_records import as_list, as_object, failed_children, files_of_run, read_json
from transcript_pages.transcript_zip import DOWNLOAD_FORMATS
from transcription.contract.run_keys import RunKeys

router = APIRouter()

#: Number of runs in a list.
_RUNS = 50
#: Number of files without a transcript that the page of a run names.
_NAMED_FILES = 200


@router.get("/")
def runs(request: Request, user: Reader, before: str = "", quiet: str = "") -> HTMLResponse:
    """Show the runs, the newest first, and a chart of the last runs with audio.

    Args:
        request: the request.
        user: the user.
        before: show only runs that were due before this time, ISO 8601.
        quiet: if not empty, show also runs that found no audio.
    """
    shown = newest_runs(_RUNS, _time(before), with_audio=not quiet)
    more = shown[-1].due if len(shown) == _RUNS else None
    return render(
        request,
        "runs.html",
        user=user,
        runs=shown,
        bars=[] if before else run_chart.make_bars([run for run in shown if run.is_planned]),
        chart=run_chart,
        more=more.isoformat() if more else "",
        quiet=quiet,
        before=before,
    )


@router.get("/run")
def run(
    request: Request, user: Reader, bucket: Bucket, run_id: str, page: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """Show the report, the failed children and a page of the files of one run. This needs three requests to S3.

    Raises:
        RunGone: Airflow has no such run.
    """
    found = read_run(run_id)
    report = read_json(bucket, RunKeys(found.name).report)
    files, pages = files_of_run(bucket, found.name, page)
    missing = [as_object(file) for file in as_list(report.get("not_transcribed"))]
    warnings = [*as_list(report.get("warnings")), report.get("model_doubt")]
    return render(
        request,
        "run.html",
        user=user,
        run=found,
        report=report,
        failed_by_code=as_object(report.get("failed_by_code")),
        engines=list(as_object(report.get("engines"))),
        warnings=[text for text in warnings if text],
        without_transcript=missing[:_NAMED_FILES],
        without_transcript_count=len(missing),
        children=failed_children(bucket, found.name),
        files=sorted((file for file in files if file.has_transcript), key=lambda file: -(file.unsure_words or 0)),
        page=page,
        pages=pages,
        formats=DOWNLOAD_FORMATS,
    )


@router.get("/log")
def log(request: Request, user: Reader, bucket: Bucket, run_id: str, child: int) -> HTMLResponse:
    """Show the end of the log of a failed child.

    Raises:
        RunGone: Airflow has no such run.
        HTTPException: the child did not fail.
    """
    found = read_run(run_id)
    failed = next((entry for entry in failed_children(bucket, found.name) if entry.index == child), None)
    if failed is None:
        raise HTTPException(404, f"Child {child} of this run did not fail.")
    lines = child_log.last_lines(failed.log_group, failed.log_stream) if failed.log_stream else None
    return render(request, "log.html", user=user, run=found, child=failed, lines=lines, most=child_log.LINES)


def _time(text: str) -> datetime | None:
    """Return the time that a text names, or None.

    Raises:
        HTTPException: the text is no time.
    """
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(422, "The address of this page is wrong.") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
