"""The request that saves what a person corrected."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Header, HTTPException, Request
from starlette.responses import JSONResponse

from transcript_pages import corrected_errors, correction_files, correction_store
from transcript_pages.access import Editor, may_edit
from transcript_pages.audio_bucket import Bucket
from transcript_pages.correction_store import CorrectionChanged, SavedCorrection
from transcript_pages.forgery_token import needs_token
from transcript_pages.recording_data import Recording, describe_version, find_recording
from transcription.contract import records, utc_time
from transcription.contract.correction import Basis, Correction
from transcription.contract.errors import CorrectionInvalid, RecordInvalid
from transcription.contract.segment_edits import EditedSegment, apply_edits, check_edits

router = APIRouter()

#: In bytes. The edits of a recording of ten hours need about a megabyte.
_LARGEST_REQUEST = 20 * 2**20


async def edits_of(request: Request) -> tuple[EditedSegment, ...]:
    """Return the segments that the page sent.

    Raises:
        HTTPException: the request is too large, or is no JSON with segments.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST_REQUEST:
            raise HTTPException(413, "The correction is too large.")
    try:
        body = json.loads(content)
        segments = body["segments"] if isinstance(body, dict) and "segments" in body else None
        edits: tuple[EditedSegment, ...] = records.parse(tuple[EditedSegment, ...], segments, "segments")
    except (ValueError, RecursionError, RecordInvalid) as error:
        raise HTTPException(422, "The request holds no segments.") from error
    return edits


Edits = Annotated[tuple[EditedSegment, ...], Depends(edits_of)]


@router.put("/correction", dependencies=[Depends(may_edit), Depends(needs_token)])
def save_correction(
    *,
    user: Editor,
    bucket: Bucket,
    name: str,
    edits: Edits,
    tasks: BackgroundTasks,
    if_match: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> JSONResponse:
    """Save segments, if the correction is still the one that the person changed.

    Returns:
        The saved version; or, with the status 409, the version that somebody else saved.
    """
    if (if_match is None) == (if_none_match != "*"):
        raise HTTPException(428, "The request does not say which version was changed.")
    recording = find_recording(bucket, name)
    if (recording.saved.etag if recording.saved else None) != if_match:
        return JSONResponse(describe_version(recording), 409)
    try:
        correction = corrected(recording, edits, by=user.name)
    except CorrectionInvalid as error:
        raise HTTPException(422, error.message) from error
    if recording.saved is None or correction.segments != recording.saved.correction.segments:
        try:
            etag = correction_store.save(bucket, name, correction, if_match)
        except CorrectionChanged:
            return JSONResponse(describe_version(find_recording(bucket, name)), 409)
        recording = Recording(recording.machine, SavedCorrection(correction, etag))
    tasks.add_task(correction_files.write_files, bucket, name)
    tasks.add_task(corrected_errors.note, bucket, name, recording)
    return JSONResponse(describe_version(recording))


def corrected(recording: Recording, edits: tuple[EditedSegment, ...], *, by: str) -> Correction:
    """Return the correction that comes of a person's edits.

    Raises:
        CorrectionInvalid: the edits do not fit the recording.
    """
    machine, saved = recording
    transcript = recording.transcript
    check_edits(edits, transcript.seconds)
    channels = {segment.channel for segment in recording.segments}
    if unknown := {edit.channel for edit in edits} - channels:
        raise CorrectionInvalid(f"The recording has no channel {unknown.pop()!r}.")
    at = utc_time.now()
    earlier = saved.correction if saved else None
    # The words of a later transcript have other times, so they are no source for an earlier correction.
    words = machine.segments if machine and not recording.is_older else ()
    segments = apply_edits(edits, words, earlier.segments if earlier else (), by=by, at=at)
    if earlier:
        based_on = earlier.based_on
    else:
        assert machine is not None  # noqa: S101 - a recording has one of both
        based_on = Basis(machine.sha256, machine.audio_sha256)
    return Correction(
        recording=transcript.recording,
        seconds=transcript.seconds,
        low_confidence=transcript.low_confidence,
        based_on=based_on,
        formats=machine.formats if machine else earlier.formats if earlier else (),
        segments=segments,
        by=by,
        at=at,
    )
