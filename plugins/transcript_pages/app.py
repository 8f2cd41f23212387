"""The FastAPI application of the pages."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from transcript_pages import (
    correction_page,
    data_page,
    downloads,
    error_pages,
    evaluation_page,
    failed_page,
    models_page,
    recording_page,
    recordings_page,
    runs_page,
    search_page,
    security_headers,
    static_files,
    upload_page,
)
from transcript_pages.access import may_read

#: The routers of the pages. The application adds the right to read to every route.
ROUTERS: tuple[APIRouter, ...] = (
    static_files.router,
    runs_page.router,
    recording_page.router,
    correction_page.router,
    recordings_page.router,
    search_page.router,
    downloads.router,
    failed_page.router,
    models_page.router,
    data_page.router,
    evaluation_page.router,
    upload_page.router,
)


def make_app() -> FastAPI:
    """Return the application with all pages. Each route needs at least the right to read."""
    app = FastAPI(
        title="Transcripts",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(may_read)],
    )
    app.add_middleware(security_headers.SecurityHeaders)
    error_pages.add_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
