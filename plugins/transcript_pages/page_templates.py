"""The HTML of the pages, made by Jinja with everything escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from transcript_pages import formats, static_files
from transcript_pages.access import User, rights
from transcript_pages.failure_reasons import reason_of
from transcript_pages.forgery_token import make_token
from transcription.contract.format_names import format_name

_FOLDER = Path(__file__).parent / "templates"
#: The path below Airflow's address at which the plugin mounts the pages.
_URL_PREFIX = "/transcripts"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": formats.duration,
        "size": formats.size,
        "time": formats.time,
        "number": formats.number,
        "with_unit": formats.with_unit,
        "with_units": formats.with_units,
    }
    return environment


def address(request: Request, page: str = "", /, **query: object) -> str:
    """Return the address of a page as a path on Airflow's host, for example `/transcripts/recordings?prefix=a`.

    Args:
        request: the request that is answered.
        page: the path of the page below `/transcripts/`.
        query: the parameters of the query. Those that are None or empty are left out.
    """
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{request.scope.get('root_path', '')}/{page}{'?' if given else ''}{urlencode(given)}"


def airflow_address(request: Request, path: str = "") -> str:
    """Return the address of a page of Airflow itself; `path` starts without a slash."""
    return f"{request.scope.get('root_path', '').removesuffix(_URL_PREFIX)}/{path}"


def render(
    request: Request, template: str, *, user: User | None = None, status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page.

    Args:
        request: the request that is answered.
        template: the name of the template.
        user: the user; with a user, the page contains a token for changing requests.
        status: the HTTP status of the answer.
        values: the values of the template's variables.
    """
    html = (
        _environment()
        .get_template(template)
        .render(
            link=lambda page="", /, **query: address(request, page, **query),
            airflow=lambda path="": airflow_address(request, path),
            static=lambda name: address(request, static_files.path_of(name)),
            reason=reason_of,
            format_name=format_name,
            may=rights(user) if user else None,
            forgery_token=make_token(user.id) if user else "",
            **values,
        )
    )
    return HTMLResponse(html, status)
