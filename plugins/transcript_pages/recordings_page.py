"""The page with the recordings of a folder."""

from __future__ import annotations

from botocore.exceptions import ClientError
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse

from transcript_pages.access import Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.page_templates import render
from transcript_pages.recording_listing import is_wrong_token, list_recordings
from transcript_pages.transcript_zip import DOWNLOAD_FORMATS

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
    shown = [entry for entry in listing.recordings if not state or entry.is_edited == (state == "edited")]
    return render(
        request,
        "recordings.html",
        user=user,
        listing=listing,
        recordings=shown,
        prefix=prefix,
        folder=prefix[: prefix.rfind("/") + 1],
        state=state,
        token=token,
        formats=DOWNLOAD_FORMATS,
    )
