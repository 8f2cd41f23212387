"""The plugin file, which every Airflow process loads."""

from __future__ import annotations

import asyncio
import runpy
import subprocess
import sys
from typing import Any

import pytest

from local.paths import ROOT
from tests.support.plugins.browser_client import PREFIX, BrowserClient

PLUGIN = ROOT / "plugins" / "transcripts_plugin.py"


def load() -> dict[str, Any]:
    return runpy.run_path(str(PLUGIN))


def test_the_navigation_leads_to_the_pages(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow imports the script of the entry, and renders the function with the name of the entry."""
    (entry,) = load()["TranscriptsPlugin"].react_apps
    assert (entry["name"], entry["destination"]) == ("Transcripts", "nav")
    assert entry["bundle_url"].startswith(f"{PREFIX}/")
    script = viewer.get(entry["bundle_url"].removeprefix(f"{PREFIX}/"))
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    assert f"globalThis.{entry['name']} = " in script.text
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/team/")
    (entry,) = load()["TranscriptsPlugin"].react_apps
    assert entry["bundle_url"].startswith(f"/team{PREFIX}/")


def test_the_plugin_imports_the_pages_at_the_first_request_only() -> None:
    """Every Airflow process pays for what the plugin imports."""
    program = (
        "import runpy, sys, airflow.configuration, airflow.plugins_manager; before = set(sys.modules);"
        f"runpy.run_path({str(PLUGIN)!r}); print(sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    new = run.stdout.splitlines()[-1]
    assert not any(name in new for name in ("fastapi", "jinja2", "boto", "transcription", "transcript_pages"))


def test_the_application_answers() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "query_string": b"", "headers": []}
    asyncio.run(load()["TranscriptsPlugin"].fastapi_apps[0]["app"](scope, receive, send))
    assert sent[0]["status"] == 401


def test_airflow_takes_no_file_of_the_pages_for_a_plugin() -> None:
    ignored = (ROOT / "plugins" / ".airflowignore").read_text().splitlines()
    assert "transcript_pages/" in ignored
