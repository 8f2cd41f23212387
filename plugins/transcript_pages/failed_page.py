"""The page with the failed files, and the requests to try a file again and to start a run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from transcript_pages import formats
from transcript_pages.access import DAG_ID, Editor, Reader, Starter
from transcript_pages.audio_bucket import Bucket
from transcript_pages.failed_files import (
    FailedFileChanged,
    FileNotReturned,
    delete_failed,
    list_failed,
    newer_transcript,
    read_reason,
    return_to_input,
)
from transcript_pages.failure_reasons import reason_of
from transcript_pages.forgery_token import needs_token
from transcript_pages.page_templates import address, airflow_address, render
from transcript_pages.page_token import checked_token
from transcript_pages.run_start import RunNotStarted, models, start_run
from transcription.contract import keys

router = APIRouter()

#: Length limit of a key in S3.
_Name = Annotated[str, Field(max_length=keys.KEY_BYTES)]


class ShownFile(BaseModel):
    """The failed file that a request is about, as the page showed it."""

    key: _Name
    etag: Annotated[str, Field(max_length=100)]


class Start(BaseModel):
    """The request to start a run."""

    prefix: _Name = ""
    model: _Name = ""


@router.get("/failed")
def failed(request: Request, user: Reader, bucket: Bucket, prefix: str = "", token: str = "") -> HTMLResponse:
    """Show the failed files whose names start with `prefix`. A script of the page asks for the reason of each file.

    Raises:
        HTTPException: the token is wrong.
    """
    with checked_token(token):
        files, next_token = list_failed(bucket, prefix, token)
    return render(
        request,
        "failed.html",
        user=user,
        files=files,
        prefix=prefix,
        token=token,
        next_token=next_token,
        models=models(bucket),
    )


@router.get("/failed-reason")
def failed_reason(_: Reader, bucket: Bucket, key: Annotated[str, Query(max_length=keys.KEY_BYTES)]) -> dict[str, str]:
    """Return why a file failed: in words, what to do, and the message with its code.

    `recording` names the recording that was transcribed since, from a better file with the same name.
    """
    _check_failed_key(key)
    record = read_reason(bucket, key)
    reason = reason_of(record.code)
    return {
        "words": reason.words,
        "advice": reason.advice,
        "message": formats.with_units(record.message),
        "code": record.code,
        "recording": newer_transcript(bucket, key, record.code),
    }


@router.post("/failed/try-again", dependencies=[Depends(needs_token)])
def try_again(_: Editor, bucket: Bucket, file: ShownFile) -> dict[str, str]:
    """Send a failed file back to `input/`, if it is still the file that the page showed.

    Raises:
        HTTPException: the file cannot be sent back; the message says why.
    """
    _check_failed_key(file.key)
    try:
        return {"key": return_to_input(bucket, file.key, file.etag)}
    except FileNotReturned as error:
        raise HTTPException(409, str(error)) from error


@router.post("/failed/delete", dependencies=[Depends(needs_token)])
def delete(_: Editor, bucket: Bucket, file: ShownFile) -> dict[str, str]:
    """Delete a failed file, if it is still the file that the page showed.

    Raises:
        HTTPException: the file has changed or is gone.
    """
    _check_failed_key(file.key)
    try:
        delete_failed(bucket, file.key, file.etag)
    except FailedFileChanged as error:
        raise HTTPException(409, str(error)) from error
    return {"key": file.key}


@router.post("/runs", dependencies=[Depends(needs_token)])
def start(request: Request, user: Starter, bucket: Bucket, wish: Start) -> dict[str, str]:
    """Start a run for the files below a prefix.

    Returns:
        The id of the run, and the addresses of its page here and in Airflow.

    Raises:
        HTTPException: the bucket has no such model, or Airflow refuses the run.
    """
    if wish.model and wish.model not in models(bucket):
        raise HTTPException(422, f"There is no model {wish.model!r} in the bucket.")
    try:
        run_id = start_run(user.name, wish.prefix, wish.model)
    except RunNotStarted as error:
        raise HTTPException(409, str(error)) from error
    return {
        "run_id": run_id,
        "page": address(request, "run", run_id=run_id),
        "airflow": airflow_address(request, f"dags/{DAG_ID}/runs/{run_id}"),
    }


def _check_failed_key(key: str) -> None:
    if not keys.is_failed_file(key):
        raise HTTPException(422, "This is no failed file.")
