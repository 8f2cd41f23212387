"""The page with the runs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from transcript_pages.access import Reader
from transcript_pages.page_templates import render

router = APIRouter()


@router.get("/")
def runs(request: Request, user: Reader) -> HTMLResponse:
    """Show the runs."""
    return render(request, "runs.html", user=user)
