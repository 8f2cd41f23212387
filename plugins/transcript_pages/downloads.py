"""The download of transcripts as one ZIP archive."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import StreamingResponse

from transcript_pages.access import Reader
from transcript_pages.audio_bucket import AudioBucket, Bucket
from transcript_pages.run_history import read_run
from transcript_pages.run_records import files_of_run
from transcript_pages.transcript_zip import DOWNLOAD_FORMATS, zip_transcripts
from transcription.contract import keys

router = APIRouter()


@router.get("/download")
def download(
    _: Reader,
    bucket: Bucket,
    form: Annotated[str, Query(alias="format")],
    name: Annotated[list[str] | None, Query()] = None,
    prefix: str | None = None,
    run_id: str = "",
) -> StreamingResponse:
    """Send the transcripts of a selection: those of a run, those whose names start with `prefix`, or those named.

    Raises:
        HTTPException: the format is unknown, or nothing is selected.
        RunGone: Airflow has no such run.
    """
    if form not in DOWNLOAD_FORMATS:
        raise HTTPException(422, "There is no such format.")
    if run_id:
        names = _names_of_run(bucket, read_run(run_id).name)
    elif prefix is not None:
        names = _names_below(bucket, prefix)
    elif name:
        names = iter(dict.fromkeys(name))
    else:
        raise HTTPException(422, "Select a recording first.")
    first = next(names, None)
    if first is None:
        raise HTTPException(404, "There is no transcript to download.")
    return StreamingResponse(
        zip_transcripts(bucket, chain([first], names), form),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="transcripts-{form}.zip"'},
    )


def _names_below(bucket: AudioBucket, prefix: str) -> Iterator[str]:
    """Yield the names of all recordings that have a transcript and start with `prefix`."""
    pages = bucket.client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket.name, Prefix=keys.OUTPUT_FOLDER + prefix
    )
    for page in pages:
        for entry in page.get("Contents", []):
            if entry["Key"].endswith(".json"):
                yield entry["Key"].removeprefix(keys.OUTPUT_FOLDER).removesuffix(".json")


def _names_of_run(bucket: AudioBucket, run: str) -> Iterator[str]:
    """Yield the names of the recordings that a run transcribed."""
    page, pages = 0, 1
    while page < pages:
        files, pages = files_of_run(bucket, run, page)
        yield from (file.name for file in files if file.has_transcript and file.name)
        page += 1
