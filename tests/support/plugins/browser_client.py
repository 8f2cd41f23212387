"""A client that opens the pages as a browser does: with the cookie of Airflow's login and the token of the page."""

from __future__ import annotations

import re
from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from httpx import Response
from starlette.testclient import TestClient

PREFIX = "/transcripts"


class BrowserClient:
    """A browser in which a user is logged in.

    Args:
        client: the client of the application.
        role: the user's role in Airflow's simple auth manager; empty: nobody is logged in.
    """

    def __init__(self, client: TestClient, role: str) -> None:
        self.client = client
        self.role = role
        if role:
            user = SimpleAuthManagerUser(username=f"a {role}", role=role)
            client.cookies.set("_token", get_auth_manager().generate_jwt(user))

    def get(self, path: str, /, **query: object) -> Response:
        """Open a page."""
        return self.client.get(f"{PREFIX}/{path}", params=query or None, headers={"Accept": "text/html"})

    def text(self, path: str, /, **query: object) -> str:
        """Return the HTML of a page, which must open without an error."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self) -> str:
        """Return the token against forgery that the pages of this user contain."""
        found = re.search(r'name="forgery-token" content="([^"]*)"', self.text(""))
        assert found
        return found[1]

    def change(self, method: str, path: str, *, token: str | None = None, **request: Any) -> Response:
        """Send a changing request, with the page's token unless another one is given."""
        headers = {"X-Forgery-Token": self.token() if token is None else token, **request.pop("headers", {})}
        return self.client.request(method, f"{PREFIX}/{path}", headers=headers, **request)
