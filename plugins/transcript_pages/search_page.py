"""The search for words in the transcripts of one run, or of the newest runs."""

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
from transcript_pages.run_history import find_run, newest_runs
from transcript_pages.run_records import files_of_run
from transcript_pages.transcript_zip import TEXT, key_of

router = APIRouter()

#: Number of transcripts that are read at once. After each batch, the search may end.
_BATCH = 16
#: The search ends after this many seconds or hits, and says so.
_SECONDS, _HITS = 8.0, 100
#: Number of the newest runs, and of their recordings, in which a search without a run looks.
_NEWEST_RUNS, _NEWEST_RECORDINGS = 20, 1_000
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
    run_id: str = "",
    text: Annotated[str, Query(min_length=1, max_length=200)],
    page: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show the transcripts that contain a text. Corrected transcripts take the machine's place.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        run_id: the run whose transcripts are searched; empty for the recordings of the newest runs.
        text: the text.
        page: the page of the files of the run.

    Raises:
        HTTPException: Airflow has no such run.
    """
    run = find_run(run_id) if run_id else None
    if run_id and run is None:
        raise HTTPException(404, "Airflow has no such run any more.")
    names, pages = _names(bucket, run.name, page) if run else (_newest_names(bucket), 1)
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


def _names(bucket: AudioBucket, run: str, page: int) -> tuple[list[str], int]:
    """Return the names of the recordings on a page of a run's files, and the number of pages."""
    files, pages = files_of_run(bucket, run, page)
    return [file.name for file in files if file.has_transcript and file.name], pages


def _newest_names(bucket: AudioBucket) -> list[str]:
    """Return the names of recordings that the newest runs have transcribed, those of the newest run first."""
    names: dict[str, None] = {}
    for run in newest_runs(_NEWEST_RUNS, with_audio=True):
        names |= dict.fromkeys(_names(bucket, run.name, 0)[0])
        if len(names) >= _NEWEST_RECORDINGS:
            break
    return list(names)[:_NEWEST_RECORDINGS]


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
