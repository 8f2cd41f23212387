"""The search for words in the transcripts of one run, or of the newest runs.

An answer needs up to five requests to S3, and names the place at which the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages.access import Reader
from transcript_pages.audio_bucket import AudioBucket, Bucket
from transcript_pages.page_templates import render
from transcript_pages.run_history import Run, newest_runs, read_run
from transcript_pages.run_records import RunPage, page_of_run
from transcript_pages.text_search import Hit, Searched, search_part, search_transcripts
from transcription.contract import keys

router = APIRouter()

#: Number of the newest runs in which a search without a run looks.
_NEWEST_RUNS = 20
#: Number of records of runs that an answer reads, and of transcripts that it reads one by one, in runs without texts.
_RECORDS, _TRANSCRIPTS = 5, 1_000
#: An answer that reads transcripts one by one ends after this many seconds.
_SECONDS = 8.0
#: Instead of a part: read the transcripts one by one.
_ONE_BY_ONE = -1


@dataclass(frozen=True)
class _Place:
    """Where a search goes on."""

    run: Run
    page: int = 0
    #: The number of the part of this page's texts, or `_ONE_BY_ONE`.
    part: int = 0
    #: The name of the last recording that was searched in this part; empty if there is none.
    after: str = ""

    @property
    def query(self) -> Mapping[str, object]:
        """The parameters of the address of the page that goes on here."""
        return {"start": self.run.run_id, "page": self.page or "", "part": self.part or "", "after": self.after}


@dataclass
class _Found:
    """What an answer shows."""

    #: Places with the searched words, and the run in whose texts each place is; None: the bucket has this text now.
    hits: list[tuple[Hit, Run | None]] = field(default_factory=list)
    #: The recordings of which the transcript was read.
    names: set[str] = field(default_factory=set)
    searched: int = 0
    records: int = 0
    #: When the search ends, as `time.monotonic` measures it.
    end: float = field(default_factory=lambda: time.monotonic() + _SECONDS)

    def add(self, searched: Searched, run: Run | None = None) -> None:
        """Add what was found in the texts that `run` wrote, or in transcripts as they are now."""
        self.hits += [(hit, None if hit.is_current else run) for hit in searched.hits]
        self.searched += searched.count


@router.get("/search")
def search(
    request: Request,
    user: Reader,
    bucket: Bucket,
    *,
    run_id: str = "",
    text: Annotated[str, Query(min_length=1, max_length=200)],
    start: str = "",
    page: Annotated[int, Query(ge=0)] = 0,
    part: Annotated[int, Query(ge=_ONE_BY_ONE)] = 0,
    after: Annotated[str, Query(max_length=keys.KEY_BYTES)] = "",
) -> HTMLResponse:
    """Show the transcripts that contain a text. Corrected transcripts take the machine's place.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        run_id: the run whose transcripts are searched; empty for the recordings of the newest runs.
        text: the text.
        start: the run at which the search goes on; empty for the first one.
        page: the page of the files of this run.
        part: the part of the texts of this page.
        after: the last recording that was searched in this part.

    Raises:
        RunGone: Airflow has no such run.
    """
    run = read_run(run_id) if run_id else None
    runs = [run] if run else newest_runs(_NEWEST_RUNS, with_audio=True)
    numbers = [number for number, other in enumerate(runs) if other.run_id == start]
    runs = runs[numbers[0] :] if numbers else runs
    found, rest = _search(bucket, [_Place(runs[0], page, part, after), *map(_Place, runs[1:])] if runs else [], text)
    return render(
        request, "search.html", user=user, run=run, text=text, hits=found.hits, searched=found.searched, rest=rest
    )


def _search(bucket: AudioBucket, places: list[_Place], text: str) -> tuple[_Found, _Place | None]:
    """Search in runs, each from a place on, until the limits of an answer.

    Returns:
        What was found, and the place at which to go on; None at the end of the last run.
    """
    found = _Found()
    while places and found.records < _RECORDS:
        place = places.pop(0)
        record = page_of_run(bucket, place.run.name, place.page)
        found.records += 1
        if record.texts is None or place.part == _ONE_BY_ONE:
            rest = _search_one_by_one(bucket, place, record, text, found)
            if rest:
                return found, rest
        elif place.part < len(record.texts):
            if found.records > 1:
                return found, place  # a part needs the requests of a whole answer
            return found, _search_part(bucket, place, record, text, found) or next(iter(places), None)
        if place.page + 1 < record.pages:
            places.insert(0, _Place(place.run, place.page + 1))
    return found, next(iter(places), None)


def _search_part(bucket: AudioBucket, place: _Place, record: RunPage, text: str, found: _Found) -> _Place | None:
    """Search in a part of the texts of a run, and return where to go on in this run; None at its end."""
    parts = record.texts or ()
    searched = search_part(bucket, parts[place.part], _names(record), text, place.after)
    if searched is None:
        return _Place(place.run, place.page, _ONE_BY_ONE)
    found.add(searched, place.run)
    if searched.last:
        return replace(place, after=searched.last)
    if place.part + 1 < len(parts):
        return _Place(place.run, place.page, place.part + 1)
    return _Place(place.run, place.page + 1) if place.page + 1 < record.pages else None


def _search_one_by_one(bucket: AudioBucket, place: _Place, record: RunPage, text: str, found: _Found) -> _Place | None:
    """Search in the transcripts of a page of files, and return where to go on if a limit is reached; else None."""
    names = sorted(name for name in _names(record) if name > place.after and name not in found.names)
    searched = search_transcripts(bucket, names[: _TRANSCRIPTS - found.searched], text, found.end)
    found.add(searched)
    found.names.update(names[: searched.count])
    if searched.count == len(names):
        return None
    return replace(place, part=_ONE_BY_ONE, after=names[searched.count - 1] if searched.count else place.after)


def _names(record: RunPage) -> set[str]:
    """Return the names of the recordings with a transcript on a page of the files of a run."""
    return {file.name for file in record.files if file.has_transcript and file.name}
