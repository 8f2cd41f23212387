"""Headers, static files and errors, which are the same on all pages."""

from __future__ import annotations

import re

import pytest

from tests.support.plugins.browser_client import BrowserClient
from transcript_pages import static_files
from transcription.shared.bucket import Bucket


def test_each_answer_restricts_what_the_page_may_load(viewer: BrowserClient, bucket: Bucket) -> None:
    endpoint = bucket.client.meta.endpoint_url
    for path in ("", "no-such-page", f"static/{static_files.digest()}/pages.css"):
        headers = viewer.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"media-src 'self' {endpoint}; connect-src 'self' {endpoint}; "
            "frame-ancestors 'self'; form-action 'self'; base-uri 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_pages_are_not_kept_in_caches(viewer: BrowserClient) -> None:
    assert viewer.get("").headers["cache-control"] == "no-store"


def test_a_page_contains_no_inline_script_or_style(viewer: BrowserClient) -> None:
    page = viewer.text("")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_static_files_are_kept_until_one_changes(viewer: BrowserClient) -> None:
    (address,) = re.findall(r'href="(/transcripts/static/[^"]*pages\.css)"', viewer.text(""))
    answer = viewer.get(address.removeprefix("/transcripts/"))
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert viewer.get("static/an-older-release/pages.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "", "pages.css/"])
def test_no_other_file_is_sent(name: str, viewer: BrowserClient) -> None:
    answer = viewer.get(f"static/{static_files.digest()}/{name}")
    assert answer.status_code == 404


def test_an_unknown_page_is_a_page_with_a_way_back(viewer: BrowserClient) -> None:
    answer = viewer.get("<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert 'href="/transcripts/"' in answer.text
    assert "alert" not in answer.text


def test_a_missing_setting_is_no_reason_to_fail(viewer: BrowserClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the pages that need the bucket fail, with the name of the setting."""
    monkeypatch.delenv("AIRFLOW__TRANSCRIPTION__BUCKET")
    policy = viewer.get("no-such-page").headers["content-security-policy"]
    assert "media-src 'self';" in policy
