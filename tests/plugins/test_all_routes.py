"""Rules that every route keeps, those of later pages, too: the lists come from the application."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tests.support.dags.bucket_objects import content, upload
from tests.support.plugins.browser_client import BrowserClient
from transcript_pages.app import ROUTERS
from transcription.contract import keys
from transcription.shared.bucket import Bucket

ROUTES = {
    f"{method} {route.path}": route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
}
READING = [name for name in ROUTES if name.startswith("GET ")]
CHANGING = [name for name in ROUTES if not name.startswith("GET ")]
SCRIPT = "<script>alert(1)</script>"
#: Of each text, a page must make a text, and nothing else.
HOSTILE = {
    "script": SCRIPT,
    "quotes": "\"'><img src=x onerror=alert(1)>",
    "parents": "../../secret.txt",
    "encoded parents": "%2e%2e/%2e%2e%2fsecret.txt",
    "absolute": "/secret.txt",
    "long": "x" * 1000,
    "too long": "x" * 5000,
    "right-to-left": "\u202e\u0645\u0631\u062d\u0628\u0627.wav",
    "line breaks": "a\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "zero": "a\x00b",
    "template": "{{ 7 * 191 }}{% raw %}",
}
SECRET = b"the secret of another program"
#: Requests that another website, or nobody, may have sent.
FORGED: tuple[dict[str, Any], ...] = (
    {"token": ""},
    {"token": "9999999999.ab"},
    {"headers": {"Sec-Fetch-Site": "cross-site"}},
    {"headers": {"Sec-Fetch-Site": "same-site"}},
)


def address(route: APIRoute, text: str = "x") -> str:
    """Return the address of a route below `/transcripts/`, with a text in place of each parameter of the path."""
    return re.sub(r"\{[^}]*\}", lambda _: text, route.path).lstrip("/")


def filled(kind: Any, text: str) -> Any:
    """Return a value for a parameter of a type: the text where the type allows one."""
    return {int: 0, bool: False}.get(kind, text)


def query(route: APIRoute, text: str) -> dict[str, Any]:
    return {field.alias: filled(field.field_info.annotation, text) for field in route.dependant.query_params}


def body(route: APIRoute, text: str) -> dict[str, Any]:
    """Return a body in which each text of the request's model is the given one."""
    models: Iterator[Any] = (field.field_info.annotation for field in route.dependant.body_params)
    return {
        name: filled(field.annotation, text)
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
    }


def method_of(name: str) -> str:
    return name.partition(" ")[0]


def test_the_application_has_no_other_routes(app: FastAPI) -> None:
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(app.routes)
    assert {f"{method} {route.path}" for route in routes for method in route.methods} == ROUTES.keys()
    assert len(READING) > len(CHANGING) > 0


@pytest.mark.parametrize("name", READING)
def test_a_browser_without_login_goes_to_the_login_page(name: str, visit: Callable[[str], BrowserClient]) -> None:
    answer = visit("").get(address(ROUTES[name]))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/api/v2/auth/login?next=")


@pytest.mark.parametrize("name", CHANGING)
def test_a_viewer_changes_nothing(name: str, viewer: BrowserClient) -> None:
    route = ROUTES[name]
    answer = viewer.change(method_of(name), address(route), params=query(route, "a"), json=body(route, "a"))
    assert answer.status_code == 403
    assert "You may not" in answer.json()["error"]


@pytest.mark.parametrize("name", CHANGING)
def test_a_forged_request_changes_nothing(name: str, editor: BrowserClient) -> None:
    route = ROUTES[name]
    for forged in FORGED:
        answer = editor.change(
            method_of(name), address(route), params=query(route, "a"), json=body(route, "a"), **forged
        )
        assert answer.status_code == 403, forged
        assert "nothing was changed" in answer.json()["error"], forged


@pytest.fixture
def objects(bucket: Bucket) -> dict[str, bytes | None]:
    """Put objects into the bucket that no page is about, and return all objects."""
    for key in ("secret.txt", f"{keys.RUNS_FOLDER}secret.txt", "other/secret.wav"):
        upload(bucket, key, SECRET)
    return content(bucket)


@pytest.mark.parametrize("name", READING)
def test_a_hostile_text_is_a_text(name: str, editor: BrowserClient, objects: dict[str, bytes | None]) -> None:
    assert objects
    route = ROUTES[name]
    for kind, text in HOSTILE.items():
        answer = editor.get(address(route), **query(route, text))
        assert answer.status_code < 500, kind
        assert SECRET not in answer.content, kind
        assert "set-cookie" not in answer.headers, kind
        if answer.headers["content-type"].startswith("text/html"):
            assert SCRIPT not in answer.text, kind
            assert "<img src=x" not in answer.text, kind
            assert str(7 * 191) not in answer.text, kind
            assert "script-src 'self';" in answer.headers["content-security-policy"], kind


@pytest.mark.parametrize("name", CHANGING)
def test_a_hostile_text_leads_nowhere(
    name: str, editor: BrowserClient, objects: dict[str, bytes | None], bucket: Bucket
) -> None:
    route = ROUTES[name]
    for kind, text in HOSTILE.items():
        answer = editor.change(method_of(name), address(route), params=query(route, text), json=body(route, text))
        assert answer.status_code < 500, kind
        assert content(bucket) == objects, kind
