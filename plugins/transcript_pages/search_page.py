"""The search for words in the transcripts of a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages.access import Reader
from transcript_pages.audio_bucket import AudioBucket, Bucket
from transcript_pages.page_templates import render
from transcript_pages.run_history import find_run
from transcript_pages.run_records import files_of_run
from transcript_pages.transcript_zip import TEXT, key_of

router = APIRouter()

#: Number of transcripts that are read at once. After each batch, the search may end.
_BATCH = 16
#: The search ends after this many seconds or hits, and says so.
_SECONDS, _HITS = 8.0, 100
#: Number of characters before and after the found words.
_AROUND = 60


@dataclass(frozen=True)
class Hit:
    """A place in a transcript with the searched words."""

    name: str
    before: str
    words: str
    after: str


@router.get("/search")
def search(
    request: Request,
    user: Reader,
    bucket: Bucket,
    *,
    run_id: str,
    text: Annotated[str, Query(min_length=1, max_length=200)],
    page: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show the transcripts of one page of a run that contain a text. Corrected transcripts take the machine's place.

    Raises:
        HTTPException: Airflow has no such run.
    """
    run = find_run(run_id)
    if run is None:
        raise HTTPException(404, "Airflow has no such run any more.")
    files, pages = files_of_run(bucket, run.name, page)
    names = [file.name for file in files if file.has_transcript and file.name]
    hits, searched = find_text(bucket, names, text)
    return render(
        request,
        "search.html",
        user=user,
        run=run,
        text=text,
        hits=hits,
        searched=searched,
        count=len(names),
        page=page,
        pages=pages,
    )


def find_text(bucket: AudioBucket, names: Sequence[str], text: str) -> tuple[list[Hit], int]:
    """Find a text in transcripts, in small or capital letters.

    Returns:
        The first place in each transcript, and the number of transcripts that were searched within the limits.
    """
    end, hits, searched = time.monotonic() + _SECONDS, list[Hit](), 0
    with ThreadPoolExecutor(_BATCH) as pool:
        for batch in batched(names, _BATCH):
            for name, content in zip(batch, pool.map(lambda name: _read(bucket, name), batch), strict=True):
                start = content.casefold().find(text.casefold())
                if start >= 0:
                    stop = start + len(text)
                    before, after = content[max(0, start - _AROUND) : start], content[stop : stop + _AROUND]
                    hits.append(Hit(name, before, content[start:stop], after))
            searched += len(batch)
            if len(hits) >= _HITS or time.monotonic() > end:
                break
    return hits, searched


def _read(bucket: AudioBucket, name: str) -> str:
    data = bucket.read(key_of(name, TEXT, corrected=True))
    if data is None:
        data = bucket.read(key_of(name, TEXT))
    return (data or b"").decode(errors="replace")
