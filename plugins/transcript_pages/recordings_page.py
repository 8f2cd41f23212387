"""The list of recordings: of a folder by name, or of the newest runs by their unsure words."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages import formats
from transcript_pages.access import Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.page_templates import render
from transcript_pages.page_token import checked_token
from transcript_pages.recording_listing import FAILED, list_files
from transcript_pages.recording_summary import summarize
from transcript_pages.transcript_zip import DOWNLOAD_FORMATS
from transcript_pages.unsure_recordings import list_unsure
from transcription.contract import keys

router = APIRouter()

#: The value of `order` for unsure words first.
UNSURE = "unsure"


@router.get("/recordings")
def recordings(
    request: Request,
    user: Reader,
    bucket: Bucket,
    *,
    prefix: str = "",
    state: str = "",
    token: str = "",
    after: Annotated[str, Query(max_length=keys.KEY_BYTES)] = "",
    order: str = "",
    page: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show the recordings whose names start with `prefix`: by name, or those with the most unsure words first.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        prefix: a folder with a slash at the end, or the start of a name in it.
        state: `unedited`, `edited` or `failed` to show only such recordings; empty for all.
        token: the token of the page, in the order of names.
        after: the last place of the page before, in the order of names.
        order: `unsure` for unsure words first; empty for the order of names. Failed files have no words.
        page: the number of the page, with unsure words first.

    Raises:
        HTTPException: the token is wrong.
    """
    values: dict[str, Any] = {
        "user": user,
        "prefix": prefix,
        "folder": prefix[: prefix.rfind("/") + 1],
        "state": state,
        "formats": DOWNLOAD_FORMATS,
    }
    if order == UNSURE and state != FAILED:
        unsure = list_unsure(bucket, prefix, page)
        return render(request, "unsure_recordings.html", unsure=unsure, page=page, order=order, **values)
    with checked_token(token):
        listing = list_files(bucket, prefix, state, token, after)
    return render(request, "recordings.html", listing=listing, token=token, order="", **values)


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
