"""Addresses of the pages in Airflow's web server, which show runs, logs and recordings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from airflow.configuration import conf


def runs_page() -> str:
    """Return the address of the page with all runs, from which the others are reached."""
    return _address("")


def run_page(run_id: str) -> str:
    """Return the address of the page with the report of a run."""
    return _address("run", run_id=run_id)


def failed_children(run_id: str) -> str:
    """Return the address of the list of a run's failed children."""
    return f"{run_page(run_id)}#children"


def log_page(run_id: str, child: int) -> str:
    """Return the address of the log of a failed child."""
    return _address("log", run_id=run_id, child=child)


def recordings_page(prefix: str) -> str:
    """Return the address of the list of recordings whose names start with `prefix`."""
    return _address("recordings", prefix=prefix)


def models_page() -> str:
    """Return the address of the page with the models and their figures."""
    return _address("models")


def data_page() -> str:
    """Return the address of the page with what models can learn from, and with the last teachings and evaluations."""
    return _address("data")


def evaluation_page(run_id: str) -> str:
    """Return the address of the page of an evaluation."""
    return _address("evaluation", run_id=run_id)


def _address(page: str, **query: Any) -> str:
    """Return the address of a page. Without Airflow's own address, it is a path on the host of the Airflow UI."""
    base = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
    return f"{base}/transcripts/{page}{'?' if query else ''}{urlencode(query)}"
