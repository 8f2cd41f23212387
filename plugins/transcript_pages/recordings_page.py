"""The page with the recordings of a folder."""

from __future__ import annotations

from typing import Annotated

from botocore.exceptions import ClientError
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages import formats
from transcript_pages.access import Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.failed_files import list_failed
from transcript_pages.page_templates import render
from transcript_pages.recording_listing import is_wrong_token, list_recordings
from transcript_pages.recording_summary import summarize
from transcript_pages.transcript_zip import DOWNLOAD_FORMATS
from transcription.contract import keys

router = APIRouter()


@router.get("/recordings")
def recordings(
    request: Request, user: Reader, bucket: Bucket, *, prefix: str = "", token: str = "", state: str = ""
) -> HTMLResponse:
    """Show the recordings with transcripts whose names start with `prefix`.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        prefix: a folder with a slash at the end, or the start of a name in it.
        token: the token of the page.
        state: `edited` or `unedited` to show only such recordings of the page; empty for all.

    Raises:
        HTTPException: the token is wrong.
    """
    try:
        listing = list_recordings(bucket, prefix, token)
    except ClientError as error:
        if token and is_wrong_token(error):
            raise HTTPException(422, "The address of this page is wrong. Start again with the first page.") from error
        raise
    failed, _ = list_failed(bucket, prefix)
    shown = [entry for entry in listing.recordings if not state or entry.is_edited == (state == "edited")]
    return render(
        request,
        "recordings.html",
        user=user,
        listing=listing,
        has_failed=bool(failed),
        recordings=shown,
        prefix=prefix,
        folder=prefix[: prefix.rfind("/") + 1],
        state=state,
        token=token,
        formats=DOWNLOAD_FORMATS,
    )


@router.get("/recording-summary")
def recording_summary(
    _: Reader, bucket: Bucket, name: Annotated[str, Query(max_length=keys.KEY_BYTES)]
) -> dict[str, str]:
    """Return the texts for the row of a recording: its state, length, confidence and number of unsure words."""
    summary = summarize(bucket, name)
    return {
        "state": summary.state,
        "length": formats.duration(summary.seconds),
        "confidence": formats.number(summary.confidence, 2),
        "unsure": formats.number(summary.unsure_words),
    }
