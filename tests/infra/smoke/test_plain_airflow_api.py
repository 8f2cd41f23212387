"""The REST API of an Airflow that is not on MWAA, and how the program finds it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from infra.smoke import __main__ as program
from infra.smoke.airflow_api import MwaaApi
from infra.smoke.errors import AirflowRefused, AirflowUnknown
from infra.smoke.plain_airflow_api import PlainAirflowApi
from tests.support.infra.smoke_deployment import DEPLOYED


class Airflow(BaseHTTPRequestHandler):
    """Answers with what it was asked, and with an error for runs."""

    requests: ClassVar[list[Any]] = []

    def do_GET(self) -> None:
        """Answer a request with a JSON object."""
        self._answer_with(200, b'{"a": 1}')

    def do_POST(self) -> None:
        """Answer a request with a JSON object, and one for a run with an error."""
        if "dagRuns" in self.path:
            self._answer_with(403, b'{"detail": "Forbidden"}')
        else:
            self._answer_with(200, b'{"a": 1}')

    def do_DELETE(self) -> None:
        """Answer a request without content."""
        self._answer_with(204, b"")

    def _answer_with(self, status: int, content: bytes) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.requests.append(
            (self.command, self.path, self.headers["Authorization"], json.loads(body) if body else None)
        )
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a made-up Airflow."""
    Airflow.requests.clear()
    with HTTPServer(("127.0.0.1", 0), Airflow) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_requests_have_the_token_and_reach_the_api(address: str) -> None:
    api = PlainAirflowApi(address, "secret")
    assert api.call("GET", "/assets/events", query={"source_run_id": "a b"}) == {"a": 1}
    assert api.call("POST", "/x", body={"conf": {}}) == {"a": 1}
    assert api.call("DELETE", "/x") == {}
    assert Airflow.requests == [
        ("GET", "/api/v2/assets/events?source_run_id=a+b", "Bearer secret", None),
        ("POST", "/api/v2/x", "Bearer secret", {"conf": {}}),
        ("DELETE", "/api/v2/x", "Bearer secret", None),
    ]


def test_an_error_is_quoted_without_the_token(address: str) -> None:
    with pytest.raises(AirflowRefused, match=r"POST .*/dagRuns: 403 .*Forbidden") as refused:
        PlainAirflowApi(address, "secret").call("POST", "/dags/x/dagRuns", body={})
    assert "secret" not in str(refused.value)


def test_an_airflow_that_does_not_answer_is_named() -> None:
    with pytest.raises(AirflowRefused, match=r"GET http://127\.0\.0\.1:9/api/v2/version"):  # the port that discards
        PlainAirflowApi("http://127.0.0.1:9", "secret").call("GET", "/version")


def test_the_variables_name_the_airflow_of_a_deployment_without_mwaa(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(DEPLOYED, environment="")
    with pytest.raises(AirflowUnknown, match="AIRFLOW_ADDRESS"):
        program._airflow(lambda _: None, elsewhere)
    monkeypatch.setenv("AIRFLOW_ADDRESS", address)
    monkeypatch.setenv("AIRFLOW_TOKEN", "secret")
    assert program._airflow(lambda _: None, elsewhere).call("GET", "/version") == {"a": 1}
    assert isinstance(program._airflow(lambda _: None, DEPLOYED), MwaaApi)
