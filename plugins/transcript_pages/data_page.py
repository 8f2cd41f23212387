"""The pages with what models can be taught from, and with the recordings that a teaching lists for review."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages import corrected_errors, formats, ordered_runs, teaching_findings, teaching_sets
from transcript_pages.access import Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.page_templates import render
from transcription.contract import keys

router = APIRouter()

#: Number of runs in a list, of rows about models, and of findings on a page.
_RUNS, _ROWS, _FINDINGS = 10, 60, 100
#: Number of rows about models on the page of runs.
_NEWEST_ROWS = 6


@router.get("/data")
def data(
    request: Request, user: Reader, bucket: Bucket, after: Annotated[str, Query(max_length=keys.KEY_BYTES)] = ""
) -> HTMLResponse:
    """Show corrections, sets of recordings with texts, teachings and evaluations. This needs three requests to S3.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        after: the last set of the page before; empty for the first page.
    """
    record = corrected_errors.read(bucket)
    return render(
        request,
        "data.html",
        user=user,
        corrected=list(record.recordings.values()),
        most_recordings=corrected_errors.MOST_RECORDINGS,
        rates=corrected_errors.by_model(record)[:_ROWS],
        page=teaching_sets.list_sets(bucket, after),
        after=after,
        counted=teaching_sets.REQUESTS * teaching_sets.LISTED,
        teachings=ordered_runs.newest_runs(ordered_runs.TEACH, _RUNS),
        evaluations=ordered_runs.newest_runs(ordered_runs.EVALUATE, _RUNS),
    )


@router.get("/correction-rates")
def correction_rates(_: Reader, bucket: Bucket) -> list[tuple[str, str, str, str]]:
    """Return the newest rows for the page of runs: month, model, words and word error rate. This needs one request."""
    rows = corrected_errors.by_model(corrected_errors.read(bucket))[:_NEWEST_ROWS]
    return [(row.month, row.model, formats.number(row.words), _per_cent(row.word_error_rate)) for row in rows]


def _per_cent(rate: float | None) -> str:
    return formats.with_unit(rate, "%", 1)


@router.get("/findings")
def findings(
    request: Request, user: Reader, bucket: Bucket, run_id: str, page: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """Show a page of the recordings that a teaching lists for review. This needs one request to S3.

    Raises:
        RunGone: Airflow has no such run.
    """
    teaching = ordered_runs.read_run(ordered_runs.TEACH, run_id)
    listed = teaching_findings.read_findings(bucket, teaching.name) if teaching.name else []
    start = page * _FINDINGS
    return render(
        request,
        "findings.html",
        user=user,
        teaching=teaching,
        findings=listed[start : start + _FINDINGS],
        first=start + 1,
        count=len(listed),
        page=page,
        has_more=start + _FINDINGS < len(listed),
    )
