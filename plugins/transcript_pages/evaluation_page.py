"""The page of an evaluation: the figures of each model, and what was said and heard word by word, with the sound."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from transcript_pages import ordered_runs
from transcript_pages.access import Reader
from transcript_pages.audio_bucket import AudioBucket, Bucket
from transcript_pages.page_templates import render
from transcript_pages.recording_audio import audio_address
from transcript_pages.run_records import as_number
from transcript_pages.stored_result import read_outcome, read_result
from transcription.contract import keys
from transcription.contract.evaluation import HeardRecording

router = APIRouter()

#: Number of recordings on a page, of words that were often wrong, and of recordings that cannot be used.
_RECORDINGS, _WORDS, _LEFT_OUT = 20, 50, 100


@router.get("/evaluation")
def evaluation(
    request: Request,
    user: Reader,
    bucket: Bucket,
    *,
    run_id: str,
    model: Annotated[str, Query(max_length=keys.KEY_BYTES)] = "",
    other: Annotated[str, Query(max_length=keys.KEY_BYTES)] = "",
    page: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show an evaluation, and what one or two of its models heard. This needs up to three requests to S3.

    Args:
        request: the request.
        user: the user.
        bucket: the bucket.
        run_id: the id of the DAG run.
        model: the model whose words are shown, those with the most errors first; empty for the first one.
        other: another model, whose words are beside them; empty for none.
        page: the number of the page of recordings.

    Raises:
        RunGone: Airflow has no such run.
    """
    run = ordered_runs.read_run(ordered_runs.EVALUATE, run_id)
    outcome = read_outcome(bucket, run.name) if run.name else None
    names = [figures.model for figures in outcome.models] if outcome else []
    model = model if model in names else next(iter(names), "")
    start = page * _RECORDINGS
    stored = read_result(bucket, run.name, model) if model else None
    result = stored.with_most_errors(start, _RECORDINGS) if stored else None
    shown = result.recordings if result else ()
    others = read_result(bucket, run.name, other) if other in names and other != model else None
    beside = others.of_places({recording.place for recording in shown}) if others else None
    count = stored.count if stored and result else 0
    return render(
        request,
        "evaluation.html",
        user=user,
        run=run,
        outcome=outcome,
        costs={str(rates["model"]): as_number(rates.get("cost_of_an_hour")) for rates in run.rates},
        model=model,
        other=beside.model if beside else "",
        wrong_words=list(result.wrong_words.items())[:_WORDS] if result else [],
        recordings=shown,
        beside={recording.place: recording for recording in beside.recordings} if beside else {},
        sounds={recording.place: _sound(bucket, recording) for recording in shown},
        left_out=result.left_out[:_LEFT_OUT] if result else [],
        left_out_count=len(result.left_out) if result else 0,
        count=count,
        first=start + 1,
        page=page,
        has_more=start + _RECORDINGS < count,
    )


def _sound(bucket: AudioBucket, recording: HeardRecording) -> str:
    """Return an address of the recording, or of the part of it, for the browser's player."""
    part = "" if recording.start is None else f"#t={recording.start:g},{recording.end:g}"
    return audio_address(bucket, recording.key) + part
