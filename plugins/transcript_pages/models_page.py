"""The page with the models of the bucket, and the request to use one of them."""

from __future__ import annotations

from typing import Annotated

from airflow.configuration import conf
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from transcript_pages import model_choice
from transcript_pages.access import Editor, Reader
from transcript_pages.audio_bucket import Bucket
from transcript_pages.forgery_token import needs_token
from transcript_pages.model_list import SHOWN, list_models
from transcript_pages.page_templates import render
from transcript_pages.run_start import models
from transcription.contract import keys

router = APIRouter()


class Choice(BaseModel):
    """The request to use a model."""

    model: Annotated[str, Field(max_length=keys.KEY_BYTES)]
    #: The ETag of the record that the page showed.
    seen: Annotated[str, Field(max_length=100)]
    reason: Annotated[str, Field(max_length=500)] = ""


@router.get("/models")
def models_of_bucket(request: Request, user: Reader, bucket: Bucket) -> HTMLResponse:
    """Show the models, which of them is in use, and how that changed."""
    return render(
        request,
        "models.html",
        user=user,
        models=list_models(bucket),
        choice=model_choice.find(bucket),
        setting=conf.get("transcription", "model", fallback=""),
        shown=SHOWN,
    )


@router.post("/models/use", dependencies=[Depends(needs_token)])
def use(user: Editor, bucket: Bucket, choice: Choice) -> dict[str, str]:
    """Let runs that choose no model use this one, if nobody has chosen another one since the page was opened.

    Raises:
        HTTPException: the bucket has no such model (422), or somebody has chosen another one (409).
    """
    if choice.model and choice.model not in models(bucket):
        raise HTTPException(422, f"There is no model {choice.model!r} in the bucket.")
    try:
        model_choice.choose(bucket, choice.model, seen=choice.seen, by=user.name, reason=choice.reason)
    except model_choice.ChoiceChanged as error:
        raise HTTPException(
            409, "Somebody has chosen another model since you opened this page. Reload the page."
        ) from error
    return {"model": choice.model}
