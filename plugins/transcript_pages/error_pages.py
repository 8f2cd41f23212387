"""Pages and JSON answers for errors."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from transcript_pages.access import AccessRefused, LoginNeeded
from transcript_pages.airflow_runs import RunGone
from transcript_pages.forgery_token import RequestForged
from transcript_pages.page_templates import airflow_address, render
from transcription.contract.errors import TranscriptionError

log = logging.getLogger(__name__)


def wants_html(request: Request) -> bool:
    """Return whether a person opens a page, in contrast to a script that reads an answer."""
    return "text/html" in request.headers.get("accept", "")


def error_answer(request: Request, status: int, message: str) -> Response:
    """Return an error as a page for people, or as JSON for scripts."""
    if wants_html(request):
        return render(request, "error.html", status=status, code=status, message=message)
    return JSONResponse({"error": message}, status)


def ask_for_login(request: Request, _: Exception) -> Response:
    """Send a browser to Airflow's login page, from which it returns to the page; refuse everybody else."""
    if not (wants_html(request) and request.method == "GET"):
        return JSONResponse({"error": "Log in to Airflow first."}, 401)
    place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    login = airflow_address(request, f"api/v2/auth/login?{urlencode({'next': place})}")
    return RedirectResponse(login, 303)


def refuse(request: Request, error: Exception) -> Response:
    """Answer that the user may not do this, or that the request is forged."""
    return error_answer(request, 403, str(error))


def show_http_error(request: Request, error: Exception) -> Response:
    """Answer with the status and the message of an HTTP error."""
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return error_answer(request, status, "There is no such page." if detail == "Not Found" else detail)


def show_missing_run(request: Request, error: Exception) -> Response:
    """Answer that Airflow has no such run."""
    return error_answer(request, 404, str(error))


def show_invalid_request(request: Request, _: Exception) -> Response:
    """Answer that the address or the content of a request is wrong."""
    return error_answer(request, 422, "The address of this page is wrong. Go back and follow the link again.")


def show_storage_error(request: Request, error: Exception) -> Response:
    """Answer that S3 or a setting is not usable, with what is wrong."""
    log.warning("%s %s: %s", request.method, request.url.path, error)
    return error_answer(request, 502, error.message if isinstance(error, TranscriptionError) else str(error))


def add_handlers(app: FastAPI) -> None:
    """Let an application answer errors with these pages."""
    app.add_exception_handler(LoginNeeded, ask_for_login)
    app.add_exception_handler(AccessRefused, refuse)
    app.add_exception_handler(RequestForged, refuse)
    app.add_exception_handler(RunGone, show_missing_run)
    app.add_exception_handler(HTTPException, show_http_error)
    app.add_exception_handler(RequestValidationError, show_invalid_request)
    for kind in (TranscriptionError, ClientError, BotoCoreError):
        app.add_exception_handler(kind, show_storage_error)
