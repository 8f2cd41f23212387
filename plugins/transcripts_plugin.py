"""The entry "Transcripts" in Airflow's navigation, and the pages to which it leads.

Every Airflow process loads this file, and only the API server needs the pages. Therefore the pages and their libraries
are imported at the first request. Airflow 3.0 shows no such entry; the pages are at `/transcripts/` there, too.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

#: The path of the pages below the address of Airflow.
URL_PREFIX = "/transcripts"
#: The copy of `dags/transcription/contract` in plugins.zip. A checkout has none.
_COPIED_CONTRACT = Path(__file__).parent / "transcript_pages" / "copied_contract"


class PagesApp:
    """The ASGI application of the pages, which is made at the first request."""

    def __init__(self) -> None:
        self._app: Any = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if self._app is None:
            await asyncio.to_thread(self._make)
        await self._app(scope, receive, send)

    def _make(self) -> None:
        with self._lock:
            if self._app is None:
                make_contract_importable()
                self._app = importlib.import_module("transcript_pages.app").make_app()


def make_contract_importable() -> None:
    """Let `import transcription.contract` succeed in the API server, which may have no DAGs folder in its path.

    The folder is the last place in which Python looks, so it never hides the DAG's own package.
    """
    if importlib.util.find_spec("transcription") is None:
        folder = str(_COPIED_CONTRACT) if _COPIED_CONTRACT.is_dir() else conf.get("core", "dags_folder")
        sys.path.append(folder)
        importlib.invalidate_caches()


def page_address(page: str = "") -> str:
    """Return the address of a page, as a path on the host of Airflow."""
    return f"{urlsplit(conf.get('api', 'base_url', fallback='')).path.rstrip('/')}{URL_PREFIX}/{page}"


class TranscriptsPlugin(AirflowPlugin):
    """The plugin with the pages, and the entry "Transcripts"."""

    name = "transcripts"
    fastapi_apps = [  # noqa: RUF012  (Airflow reads a class attribute)
        {"app": PagesApp(), "url_prefix": URL_PREFIX, "name": "Transcripts"}
    ]
    # The entry is a React app, and not an external view: Airflow 3.2 and 3.3 show the link of a single external view as
    # a `<button>`, on which a click does nothing.
    react_apps = [  # noqa: RUF012
        {
            "name": "Transcripts",
            "bundle_url": page_address("static/entry/airflow_entry.js"),
            "destination": "nav",
            "url_route": "transcripts",
            "category": "Speech to text",
        }
    ]
