"""Addresses of the pages in Airflow's web server: the pages exist, and every character arrives."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from local.paths import ROOT
from transcription.shared import page_addresses

RUN_ID = "scheduled__2026-11-24T01:00:00+00:00"


def test_every_character_of_a_run_id_and_a_prefix_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/team/")
    address = urlsplit(page_addresses.log_page(RUN_ID, 7))
    assert (address.netloc, address.path) == ("airflow.example", "/team/transcripts/log")
    assert parse_qs(address.query) == {"run_id": [RUN_ID], "child": ["7"]}
    assert parse_qs(urlsplit(page_addresses.recordings_page("a b/&#")).query) == {"prefix": ["a b/&#"]}
    assert urlsplit(page_addresses.failed_children(RUN_ID)).fragment == "children"


def test_without_airflows_address_the_path_on_the_same_host_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "")
    assert page_addresses.run_page("r") == "/transcripts/run?run_id=r"


@pytest.mark.parametrize("page", ["run", "log", "recordings"])
def test_the_pages_have_these_names(page: str) -> None:
    modules = (ROOT / "plugins" / "transcript_pages").glob("*_page.py")
    assert any(f'@router.get("/{page}")' in module.read_text() for module in modules)
