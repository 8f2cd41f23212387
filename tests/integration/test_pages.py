"""The pages in Airflow's web server on the real stack, in a real browser, for users with different roles."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from local.configuration import USER
from local.stack import Stack
from tests.support.pipeline.chromium import NEEDS_BROWSER, PAGE_LIMIT, log_in, new_page, open_browser
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP, Recording
from transcription.contract import keys, records
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import FAILED
from transcription.finish.outcomes import Outcome

pytestmark = NEEDS_BROWSER

#: How long a run may take on a busy machine, in milliseconds.
RUN_LIMIT = 5 * PAGE_LIMIT
HOSTILE = "<script>document.title='owned'</script> \"'&%2e%2e \u202eb"
#: What S3 holds before the tests: recordings with names that a page must not execute, and two files without bytes.
GOOD = {"a/talk.wav": CLIP, f"{HOSTILE}.wav": CLIP}
BAD = {"empty.wav": Recording(b"", None), f"b/{HOSTILE}.wav": Recording(b"", None)}


@dataclass
class Visitor:
    """A user with a browser window."""

    page: Page
    url: str
    #: What the browser complained about: scripts that failed, and content that the pages' policy forbids.
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page below `/transcripts/`."""
        self.page.goto(f"{self.url}/transcripts/{path}")
        return self.page


@pytest.fixture(scope="module")
def pipeline(stack: Stack) -> Pipeline:
    """Return the pipeline after a run with good and bad recordings."""
    pipeline = Pipeline(stack)
    pipeline.clear()
    pipeline.upload_recordings({**GOOD, **BAD})
    assert pipeline.run().state == "success"
    return pipeline


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def visit(pipeline: Pipeline, browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    """Yield a function that logs a user in, on the page of runs."""
    visitors: list[Visitor] = []

    def make(user: str) -> Visitor:
        airflow = pipeline.stack.airflow
        visitor = Visitor(new_page(browser), airflow.url)
        visitors.append(visitor)
        visitor.page.on("console", lambda message: _note(visitor, message))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.open("recordings?prefix=a%2F")
        log_in(visitor.page, user, airflow.password)
        visitor.page.wait_for_url("**/transcripts/recordings?prefix=a%2F")
        visitor.complaints.clear()  # those of Airflow's login page
        return visitor

    yield make
    for visitor in visitors:
        visitor.page.close()


def _note(visitor: Visitor, message: Any) -> None:
    if message.type == "error":
        visitor.complaints.append(message.text)


def test_a_browser_without_login_logs_in_and_sees_every_page(visit: Callable[[str], Visitor]) -> None:
    """The fixture `visit` opens a page without a login, and returns to it after the login."""
    viewer = visit("viewer")
    expect(viewer.page.get_by_role("link", name="talk", exact=True)).to_be_visible()
    for path, heading in (("", "Runs"), ("recordings", "Recordings"), ("failed", "Failed files")):
        page = viewer.open(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    viewer.open("").locator("table a").first.click()
    expect(viewer.page.get_by_text("Failures by reason")).to_be_visible()
    expect(viewer.page.get_by_text("The file is empty").first).to_be_visible()
    assert viewer.complaints == []


def test_hostile_names_are_text(visit: Callable[[str], Visitor]) -> None:
    viewer = visit("viewer")
    for path in ("recordings", "failed"):
        page = viewer.open(path)
        expect(page.get_by_text("<script>document.title").first).to_be_visible()
        assert "owned" not in page.title()
    assert viewer.complaints == []


def test_a_viewer_has_no_buttons_and_no_right_to_change(pipeline: Pipeline, visit: Callable[[str], Visitor]) -> None:
    page = visit("viewer").open("failed")
    expect(page.get_by_text("The file is empty").first).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert _try_again(page, keys.failed("input/empty.wav")) == 403
    assert keys.failed("input/empty.wav") in pipeline.keys(keys.FAILED_FOLDER)
    expect(page.get_by_role("link", name="Upload")).to_have_count(0)


def test_an_editor_sends_a_failed_file_back_and_starts_a_run(
    pipeline: Pipeline, visit: Callable[[str], Visitor]
) -> None:
    editor = visit("user")
    page = editor.open("failed?prefix=empty")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("sent back")).to_be_visible()
    assert "input/empty.wav" in pipeline.keys(keys.INPUT_FOLDER)
    # The same request again, as somebody who recorded it could send it.
    assert _try_again(page, keys.failed("input/empty.wav")) == 409

    before = set(pipeline.ui.run_states())
    editor.open("failed")
    page.get_by_role("button", name="Transcribe now").click()
    expect(page.get_by_text("The run has started:")).to_be_visible()
    (run_id,) = set(pipeline.ui.run_states()) - before
    assert pipeline.ui.wait(run_id).state == "success"
    assert keys.failed("input/empty.wav") in pipeline.keys(keys.FAILED_FOLDER)
    assert all("409" in complaint for complaint in editor.complaints)


def test_a_failed_file_ends_as_a_transcript(pipeline: Pipeline, visit: Callable[[str], Visitor]) -> None:
    """The file was too large for the settings of an earlier run. The page of the run shows the end by itself."""
    key = "input/later/talk.wav"
    pipeline.put(keys.failed(key), CLIP.content)
    failure = Failure("AUDIO_TOO_LARGE", "It is too large.")
    outcome = Outcome(Item(0, key, CLIP.etag, len(CLIP.content)), FAILED, failure)
    pipeline.put(keys.failed_reason(key), records.dump(outcome))
    editor = visit("user")
    page = editor.open("failed?prefix=later")
    expect(page.get_by_text("The file is too large or too long.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("sent back")).to_be_visible()
    page.get_by_role("button", name="Transcribe now").click()
    page.get_by_role("link", name="its page").click()
    expect(page.locator("#state")).to_have_text("Done", timeout=RUN_LIMIT)
    page.get_by_role("link", name="later/talk").click()
    page.locator("#recording[data-ready]").wait_for()
    expect(page.locator(".words").first).to_have_text(str(CLIP.text))
    assert pipeline.keys(keys.FAILED_FOLDER + "later") == pipeline.keys(key) == []
    assert editor.complaints == []


def test_an_editor_deletes_a_failed_file(pipeline: Pipeline, visit: Callable[[str], Visitor]) -> None:
    key = keys.failed("input/gone.wav")
    pipeline.put(key, b"")
    page = visit("user").open("failed?prefix=gone")
    page.once("dialog", lambda question: question.dismiss())
    page.get_by_role("button", name="Delete").click()
    assert key in pipeline.keys(keys.FAILED_FOLDER)
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("deleted", exact=True)).to_be_visible()
    assert key not in pipeline.keys(keys.FAILED_FOLDER)


def test_an_editor_uploads_a_folder_and_transcribes_it(
    pipeline: Pipeline, visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    (tmp_path / "week").mkdir()
    (tmp_path / "week" / "talk.wav").write_bytes(CLIP.content)
    editor = visit("user")
    page = editor.open("upload")
    page.get_by_label("A folder", exact=True).set_input_files(tmp_path / "week")
    expect(page.locator("#total")).to_contain_text("1 of 1 files uploaded")
    before = set(pipeline.ui.run_states())
    page.get_by_role("button", name="Transcribe now").click()
    expect(page.get_by_text("The run has started:")).to_be_visible()
    (run_id,) = set(pipeline.ui.run_states()) - before
    assert pipeline.ui.wait(run_id).state == "success"
    assert keys.transcript_json("week/talk") in pipeline.keys(keys.OUTPUT_FOLDER)
    assert editor.complaints == []


def _try_again(page: Page, key: str) -> int:
    """Send the request of "Try again" with the token of the open page, and return the status of the answer."""
    status: int = page.evaluate(
        """async (key) => {
            const token = document.querySelector('meta[name="forgery-token"]').content;
            const headers = {"X-Forgery-Token": token, "Content-Type": "application/json"};
            const body = JSON.stringify({key, etag: "d41d8cd98f00b204e9800998ecf8427e"});
            return (await fetch("failed/try-again", {method: "POST", headers, body})).status;
        }""",
        key,
    )
    return status


def test_a_forged_request_is_refused(pipeline: Pipeline) -> None:
    with pipeline.stack.airflow.client() as client:
        answer = client.post(f"{pipeline.stack.airflow.url}/transcripts/runs", json={})
        assert answer.status_code == 403
    answer = httpx.post(f"{pipeline.stack.airflow.url}/transcripts/runs", json={})
    assert answer.status_code == 401


def test_a_download_is_an_archive_of_transcripts(visit: Callable[[str], Visitor], tmp_path: Path) -> None:
    page = visit(USER).open("recordings?prefix=a%2F")
    expect(page.locator('tr[data-name="a/talk"] .length')).to_have_text(re.compile(r"\d:\d\d"))
    expect(page.locator('tr[data-name="a/talk"] .confidence')).to_have_text(re.compile(r"[01]\.\d\d"))
    page.get_by_label("Select a/talk").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download selected").click()
    download.value.save_as(tmp_path / "transcripts.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "transcripts.zip").read_bytes())) as archive:
        assert archive.read("a/talk.txt").decode().strip() == CLIP.text


def test_airflows_navigation_leads_to_the_pages_and_back(pipeline: Pipeline, visit: Callable[[str], Visitor]) -> None:
    page = visit("viewer").page
    page.goto(pipeline.stack.airflow.url)
    page.get_by_role("link", name="Transcripts", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runs")
    page.get_by_role("link", name="Airflow", exact=True).click()
    expect(page.get_by_role("link", name="Transcripts", exact=True)).to_be_visible()
    # The browser's way back does not lead to the entry again.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runs")
