"""Changing requests need the token of a page of the same user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import Depends, FastAPI

from tests.support.plugins.browser_client import BrowserClient
from transcript_pages import forgery_token


@pytest.fixture(autouse=True)
def changing_route(app: FastAPI) -> None:
    """Add a route that changes something."""

    @app.post("/change", dependencies=[Depends(forgery_token.needs_token)])
    def change() -> str:
        return "changed"


def test_the_token_of_a_page_allows_a_change(editor: BrowserClient) -> None:
    assert editor.change("POST", "change").status_code == 200


@pytest.mark.parametrize("token", ["", "1.2", "x", ".", "9999999999.ab", "²." + "0" * 64])
def test_a_wrong_token_changes_nothing(token: str, editor: BrowserClient) -> None:
    answer = editor.change("POST", "change", headers={"X-Forgery-Token": token.encode()})
    assert answer.status_code == 403
    assert "Reload the page" in answer.json()["error"]


def test_a_request_without_a_token_changes_nothing(editor: BrowserClient) -> None:
    assert editor.client.post("/transcripts/change").status_code == 403


def test_the_token_of_another_user_changes_nothing(
    editor: BrowserClient, visit: Callable[[str], BrowserClient]
) -> None:
    token = editor.token()
    assert visit("admin").change("POST", "change", token=token).status_code == 403


def test_a_token_ends(editor: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = editor.token()
    issued = int(token.partition(".")[0])
    for age, status in ((-1, 403), (forgery_token.LIFETIME - 1, 200), (forgery_token.LIFETIME, 403)):
        monkeypatch.setattr(forgery_token.time, "time", lambda age=age: issued + age)
        assert editor.change("POST", "change", token=token).status_code == status


def test_a_request_from_another_website_changes_nothing(editor: BrowserClient) -> None:
    answer = editor.change("POST", "change", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_without_a_secret_key_nothing_can_be_changed(editor: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = editor.token()
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", "")
    assert editor.change("POST", "change", token=token).status_code == 403
