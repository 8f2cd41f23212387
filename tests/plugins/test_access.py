"""Who may open the pages: users with rights on the DAG, and nobody else."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.support.plugins.browser_client import PREFIX, BrowserClient
from transcript_pages.access import Editor, Starter


def paths(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield the method and the path of each route, with a name in place of each parameter."""
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} bypasses the application's check of rights"
        for method in sorted(route.methods):
            yield method, route.path.lstrip("/").replace("{release}", "x").replace("{name:path}", "x")


def test_every_route_refuses_requests_without_a_login(app: FastAPI, visit: Callable[[str], BrowserClient]) -> None:
    client = visit("").client
    answers = {path: client.request(method, f"{PREFIX}/{path}").status_code for method, path in paths(app)}
    assert answers
    assert set(answers.values()) == {401}


def test_a_browser_without_login_is_sent_to_the_login_page_and_back(visit: Callable[[str], BrowserClient]) -> None:
    answer = visit("").get("", prefix="a/b & c")
    assert answer.status_code == 303
    assert answer.headers["location"] == ("/api/v2/auth/login?next=%2Ftranscripts%2F%3Fprefix%3Da%252Fb%2B%2526%2Bc")


@pytest.mark.parametrize("token", ["no-token", "a.b.c", "é"])
def test_a_wrong_login_is_no_login(token: str, visit: Callable[[str], BrowserClient]) -> None:
    client = visit("").client
    answer = client.get(f"{PREFIX}/", headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


def test_a_script_may_log_in_with_a_bearer_token(viewer: BrowserClient) -> None:
    token = viewer.client.cookies["_token"]
    viewer.client.cookies.clear()
    assert viewer.client.get(f"{PREFIX}/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert viewer.client.get(f"{PREFIX}/", headers={"Authorization": f"Basic {token}"}).status_code == 401


@pytest.fixture
def guarded(app: FastAPI) -> FastAPI:
    """Return the application with one more route for each right."""

    @app.post("/edit")
    def edit(user: Editor) -> str:
        return user.name

    @app.post("/start")
    def start(user: Starter) -> str:
        return user.name

    return app


@pytest.mark.parametrize(("role", "allowed"), [("viewer", False), ("user", True), ("op", True), ("admin", True)])
def test_only_some_roles_may_change_and_start(
    role: str, allowed: bool, guarded: FastAPI, visit: Callable[[str], BrowserClient]
) -> None:
    assert guarded
    client = visit(role).client
    answers = [client.post(f"{PREFIX}/{path}") for path in ("edit", "start")]
    assert [answer.status_code for answer in answers] == ([200, 200] if allowed else [403, 403])
    if allowed:
        assert answers[0].json() == f"a {role}"


def test_without_airflows_auth_manager_everybody_is_refused(
    viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_import = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "airflow.api_fastapi.app":
            raise ImportError(name)
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert viewer.get("").status_code == 403
