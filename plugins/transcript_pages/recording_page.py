"""The page of one recording: player, transcript and editor."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from transcript_pages import correction_files, recording_audio
from transcript_pages.access import AccessRefused, Reader, User, may_edit
from transcript_pages.audio_bucket import PRESIGNED_SECONDS, Bucket
from transcript_pages.forgery_token import make_token
from transcript_pages.page_templates import render
from transcript_pages.recording_data import describe, find_recording
from transcript_pages.transcript_file import FormatUnknown, make_file

router = APIRouter()


@router.get("/recording")
def recording_page(request: Request, user: Reader, name: str) -> HTMLResponse:
    """Show the page. Its script asks for everything else."""
    nonce = secrets.token_urlsafe(16)
    request.state.style_nonce = nonce  # for the styles that wavesurfer.js adds; see `security_headers`
    return render(request, "recording.html", user=user, name=name, nonce=nonce)


@router.get("/recording-data")
def recording_data(user: Reader, bucket: Bucket, name: str, tasks: BackgroundTasks) -> JSONResponse:
    """Return the transcript with its correction, and what the user may do."""
    recording = find_recording(bucket, name)
    may_change = _may_edit(user)
    if recording.saved and may_change:
        # The server may have been stopped after it saved a correction, and before it wrote the other formats.
        tasks.add_task(correction_files.write_files, bucket, name)
    return JSONResponse(
        {
            **describe(recording),
            "user": user.id,
            "may_edit": may_change,
            "forgery_token": make_token(user.id),
        }
    )


@router.get("/audio-address")
def audio_address(user: Reader, bucket: Bucket, name: str) -> JSONResponse:
    """Return an address of the audio, and for how many seconds it works."""
    machine = find_recording(bucket, name).machine
    key = recording_audio.audio_key(bucket, machine) if machine else None
    if key is None:
        raise HTTPException(404, "The recording is not in the bucket any more, so it cannot be played.")
    return JSONResponse({"address": recording_audio.audio_address(bucket, key), "seconds": PRESIGNED_SECONDS})


@router.get("/peaks")
def peaks(user: Reader, bucket: Bucket, name: str) -> Response:
    """Return the peaks of the waveform, as the container wrote them."""
    machine = find_recording(bucket, name).machine
    content = recording_audio.read_peaks(bucket, machine) if machine else None
    if content is None:
        raise HTTPException(404, "There is no waveform of this recording.")
    return Response(content, media_type="application/json")


@router.get("/recording-file")
def recording_file(
    user: Reader,
    bucket: Bucket,
    name: str,
    format: str,  # noqa: A002 - the name in the address
    machine: bool = False,
) -> Response:
    """Send the transcript, as it is corrected now, in a format.

    Args:
        user: the user.
        bucket: the bucket.
        name: the name of the recording.
        format: the ending of the format.
        machine: whether to send the transcript as the machine wrote it, without the correction.
    """
    recording = find_recording(bucket, name)
    if machine and recording.machine:
        recording = recording._replace(saved=None)
    try:
        content, kind = make_file(recording, format)
    except FormatUnknown as error:
        raise HTTPException(404, str(error)) from error
    file = quote(f"{name.rpartition('/')[2]}.{format}", safe="")
    return Response(content, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{file}"})


def _may_edit(user: User) -> bool:
    try:
        may_edit(user)
    except AccessRefused:
        return False
    return True
