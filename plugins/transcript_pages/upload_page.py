"""The page on which people upload recordings, and the requests of its script.

The files go straight from the browser to `input/` in S3, by addresses that work for some minutes and for one file.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, JSONResponse, Response

from transcript_pages.access import Editor, may_edit
from transcript_pages.audio_bucket import PRESIGNED_SECONDS, Bucket
from transcript_pages.forgery_token import needs_token
from transcript_pages.multipart_upload import (
    MultipartUpload,
    NameTaken,
    UploadGone,
    UploadIncomplete,
    part_bytes,
)
from transcript_pages.page_templates import render
from transcript_pages.run_start import models
from transcript_pages.upload_rules import UploadRefused, key_of_path, upload_rules
from transcription.contract import keys

router = APIRouter(dependencies=[Depends(may_edit)])

#: Larger files are uploaded in parts, in bytes. They have at least two parts.
_SINGLE = part_bytes(0)

_NAME_TAKEN = "There is a file with this name already."

#: Longer than a key, so that a name that is too long is refused with the words of the rule.
_Path = Annotated[str, Field(max_length=10 * keys.KEY_BYTES)]
_UploadId = Annotated[str, Field(min_length=1, max_length=2_000)]
_Size = Annotated[int, Field(ge=0)]


class NewFile(BaseModel):
    """The request to upload a file."""

    path: _Path
    size: _Size
    overwrite: bool = False


class Part(BaseModel):
    """The request for the address of a part."""

    path: _Path
    upload_id: _UploadId
    number: Annotated[int, Field(ge=1, le=10_000)]
    size: Annotated[int, Field(ge=1)]


class Completion(BaseModel):
    """The request to make a file from its parts."""

    path: _Path
    upload_id: _UploadId
    size: _Size
    overwrite: bool = False


@router.get("/upload")
def upload(request: Request, user: Editor, bucket: Bucket, folder: str = "") -> HTMLResponse:
    """Show the page, with a folder filled in."""
    rules = upload_rules()
    return render(
        request,
        "upload.html",
        user=user,
        folder=folder,
        endings=rules.endings,
        max_bytes=rules.max_bytes,
        models=models(bucket),
    )


@router.post("/upload/file", dependencies=[Depends(needs_token)])
def start(bucket: Bucket, file: NewFile) -> Response:
    """Start the upload of a file.

    Returns:
        For a small file, the `address` to which the browser sends it with the `headers`. Otherwise the `upload_id` of
        an upload in parts of `part_bytes`. If there is an object with this name, the status 409 with its `size` and
        when it was `written`.

    Raises:
        HTTPException: the file must not be uploaded.
    """
    key = _checked_key(file.path, file.size)
    existing = None if file.overwrite else bucket.head(key)
    if existing:
        details = {"size": existing["ContentLength"], "written": existing["LastModified"].isoformat()}
        return JSONResponse({"error": _NAME_TAKEN, **details}, 409)
    if file.size > _SINGLE:
        upload_id = MultipartUpload.start(bucket, key).id
        return JSONResponse({"upload_id": upload_id, "part_bytes": part_bytes(file.size)})
    # The signature covers the condition and the size, so the browser can leave out or change neither.
    condition: Any = {} if file.overwrite else {"IfNoneMatch": "*"}
    address = bucket.client.generate_presigned_url(
        "put_object",
        Params={"Bucket": bucket.name, "Key": key, "ContentLength": file.size, **condition},
        ExpiresIn=PRESIGNED_SECONDS,
    )
    return JSONResponse({"address": address, "headers": {} if file.overwrite else {"If-None-Match": "*"}})


@router.post("/upload/part", dependencies=[Depends(needs_token)])
def part_address(bucket: Bucket, part: Part) -> dict[str, str]:
    """Return the `address` to which the browser sends a part.

    Raises:
        HTTPException: the part is too large, or its path leads out of `input/`.
    """
    if part.size > part_bytes(upload_rules().max_bytes):
        raise HTTPException(422, "The part is too large.")
    return {"address": _upload(bucket, part.path, part.upload_id).address(part.number, part.size)}


@router.get("/upload/parts")
def finished_parts(bucket: Bucket, path: str, upload_id: str) -> dict[str, Any]:
    """Return the sizes of the parts that S3 has, by number.

    Raises:
        HTTPException: S3 does not know the upload (410).
    """
    try:
        parts = _upload(bucket, path, upload_id).parts()
    except UploadGone as error:
        raise _gone() from error
    return {"parts": {number: size for number, (_, size) in parts.items()}}


@router.post("/upload/complete", dependencies=[Depends(needs_token)])
def complete(bucket: Bucket, wish: Completion) -> dict[str, str]:
    """Make a file from its parts.

    Raises:
        HTTPException: parts are missing (422), there is an object with this name (409), or S3 does not know the upload
            (410).
    """
    key = _checked_key(wish.path, wish.size)
    try:
        MultipartUpload(bucket, key, wish.upload_id).complete(wish.size, overwrite=wish.overwrite)
    except UploadIncomplete as error:
        raise HTTPException(422, "Parts of the file are missing. Start the upload again.") from error
    except NameTaken as error:
        raise HTTPException(409, _NAME_TAKEN) from error
    except UploadGone as error:
        raise _gone() from error
    return {"key": key}


@router.delete("/upload", dependencies=[Depends(needs_token)])
def abort(bucket: Bucket, path: str, upload_id: str) -> Response:
    """Give up an upload in parts, and delete its parts."""
    _upload(bucket, path, upload_id).abort()
    return JSONResponse({})


def _upload(bucket: Bucket, path: str, upload_id: str) -> MultipartUpload:
    """Return an upload that was started.

    Raises:
        HTTPException: the path leads out of `input/`.
    """
    try:
        return MultipartUpload(bucket, key_of_path(path), upload_id)
    except UploadRefused as error:
        raise HTTPException(422, str(error)) from error


def _checked_key(path: str, size: int) -> str:
    try:
        return upload_rules().key_of(path, size)
    except UploadRefused as error:
        raise HTTPException(422, str(error)) from error


def _gone() -> HTTPException:
    return HTTPException(410, "S3 does not keep the parts of this upload any more.")
