"""Every page works in Firefox: it loads, and its scripts run without an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

from tests.support.plugins.filled_site import NAME, PAGES
from tests.support.plugins.firefox import NEEDS_FIREFOX, Firefox
from tests.support.plugins.silent_audio import put_audio
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_FIREFOX

#: What a page shows when its scripts have filled it, as a condition in JavaScript.
READY = {
    "/failed": "document.querySelector('.reason').textContent.includes('The file is empty')",
    "/recordings": "document.querySelector('td.length').textContent !== '…'",
    "/recording": "document.getElementById('audio').readyState >= 1",
    "/upload": "document.documentElement.dataset.ready === ''",
}


@pytest.fixture(scope="module")
def firefox(site: str, module_bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """The window of a user who may change recordings and start runs."""
    put_audio(module_bucket, NAME, 9)
    profile: Path = tmp_path_factory.mktemp("profile")
    firefox = Firefox(profile)
    user = SimpleAuthManagerUser(username="ann", role="user")
    firefox.add_cookie(str(urlsplit(site).hostname), "_token", get_auth_manager().generate_jwt(user))
    yield firefox
    firefox.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_works(firefox: Firefox, site: str, path: str) -> None:
    firefox.open(f"{site}{PAGES[path]}")
    firefox.wait_for(READY.get(path, "document.querySelector('h1') !== null"))
    heading = firefox.evaluate("document.querySelector('h1').textContent")
    assert (heading == "This did not work") is (path == "error")
    assert [error for error in firefox.errors if path != "error"] == []
