"""Uploads in a real browser: folders, large files in parts, a lost network, a closed tab, and files that exist."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.support.pipeline.chromium import NEEDS_BROWSER, PAGE_LIMIT
from tests.support.plugins.page_server import PREFIX
from tests.support.plugins.recording_browser import PageServer, new_visitor
from transcript_pages.multipart_upload import part_bytes
from transcription.contract import keys
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER

FILES = 200
PARTS = 4
#: A large file has this many bytes in its last part.
REST = 1000
HOSTILE = ["<img src=x onerror=document.title='bad'>.wav", "%2e%2e.wav", "\"'&#?.wav", "\u202eb.wav"]


@pytest.fixture
def folder() -> str:
    """A folder in `input/` for one test, because all tests of this module have one bucket."""
    return uuid.uuid4().hex


@pytest.fixture
def page(browser: Browser, server: PageServer, folder: str) -> Iterator[Page]:
    """The page for uploads, with the folder of the test filled in."""
    page = new_visitor(browser, server)
    open_upload(page, server, folder)
    yield page
    page.context.close()


def open_upload(page: Page, server: PageServer, folder: str = "") -> None:
    page.goto(f"{server.url}{PREFIX}/upload")
    page.locator("html[data-ready]").wait_for()
    page.get_by_label("Into the folder").fill(folder)


def choose(page: Page, *files: Path) -> None:
    page.locator("input[name=files]").set_input_files(files)


def state(page: Page, path: str, name: str) -> None:
    """Wait until the upload of a file is in a state."""
    expect(page.locator(f'tr[data-path="{path}"]')).to_have_attribute("data-state", name)


def uploaded(bucket: Bucket, folder: str) -> dict[str, bytes]:
    """Return the content of each file below a folder in `input/`."""
    prefix = keys.uploaded(f"{folder}/")
    return {entry.key.removeprefix(prefix): bucket.read(entry.key) or b"" for entry in bucket.list(prefix)}


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """A file that is uploaded in parts."""
    file = tmp_path / "long talk.wav"
    file.write_bytes(os.urandom((PARTS - 1) * part_bytes(0) + REST))
    return file


def test_a_folder_with_200_files_and_hostile_names(
    page: Page, module_bucket: Bucket, folder: str, tmp_path: Path
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    names = HOSTILE + [f"part {number % 7}/{number}.wav" for number in range(FILES - len(HOSTILE))]
    files = {f"week/{name}": f"audio of {name}".encode() for name in names}
    for path, content in {**files, "week/notes.txt": b"no audio"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    page.locator("input[name=folders]").set_input_files(tmp_path / "week")
    expect(page.locator("#total")).to_contain_text(f"{FILES} of {FILES} files uploaded", timeout=5 * PAGE_LIMIT)
    expect(page.locator("#ignored")).to_contain_text("1 (week/notes.txt)")
    assert uploaded(module_bucket, folder) == files
    assert page.locator("#start-run input[name=prefix]").input_value() == f"{folder}/week/"
    assert "bad" not in page.title()
    assert problems == []


def test_a_large_file_continues_after_a_closed_tab(
    page: Page, server: PageServer, module_bucket: Bucket, folder: str, large_file: Path
) -> None:
    def lose_later_parts(route: Route) -> None:
        if part_number(route.request) > 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/input/**", lose_later_parts)
    choose(page, large_file)
    path = f"{folder}/{large_file.name}"
    state(page, path, "offline")
    expect(page.locator("#total")).to_contain_text("32.0 MB of 48.0 MB")
    context = page.context
    # A request that waits for its route when the tab is closed would be sent.
    context.set_offline(True)
    page.close()
    context.set_offline(False)

    again = context.new_page()
    open_upload(again, server)
    expect(again.locator("#unfinished li")).to_contain_text(path)
    sent: list[int] = []
    again.on("request", lambda request: sent.append(part_number(request)) if request.method == "PUT" else None)
    choose(again, large_file)
    state(again, path, "done")
    assert sent
    assert not {1, 2} & set(sent)
    expect(again.locator("#unfinished")).to_be_hidden()
    assert uploaded(module_bucket, folder) == {large_file.name: large_file.read_bytes()}


def part_number(request: Request) -> int:
    """Return the number of the part that a request sends; 0 if it sends none."""
    return int(parse_qs(urlsplit(request.url).query).get("partNumber", ["0"])[0])


def test_uploads_wait_for_the_network_and_can_be_paused(
    page: Page, module_bucket: Bucket, folder: str, tmp_path: Path
) -> None:
    files = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for file in files:
        file.write_bytes(b"audio")
    page.context.set_offline(True)
    choose(page, files[0])
    state(page, f"{folder}/a.wav", "offline")
    page.get_by_role("button", name="Pause").click()
    state(page, f"{folder}/a.wav", "paused")
    page.context.set_offline(False)
    choose(page, files[1])
    state(page, f"{folder}/b.wav", "paused")
    assert uploaded(module_bucket, folder) == {}
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#total")).to_contain_text("2 of 2 files uploaded")
    assert uploaded(module_bucket, folder) == {"a.wav": b"audio", "b.wav": b"audio"}


def test_a_file_that_exists_is_overwritten_only_if_a_person_says_so(
    page: Page, module_bucket: Bucket, folder: str, tmp_path: Path
) -> None:
    key = keys.uploaded(f"{folder}/talk.wav")
    module_bucket.client.put_object(Bucket=module_bucket.name, Key=key, Body=b"older")
    file = tmp_path / "talk.wav"
    file.write_bytes(b"newer")
    choose(page, file)
    expect(page.locator("#rows")).to_contain_text("There is a file with this name already: 5 bytes")
    assert uploaded(module_bucket, folder) == {"talk.wav": b"older"}
    page.get_by_role("button", name="Overwrite").click()
    state(page, f"{folder}/talk.wav", "done")
    assert uploaded(module_bucket, folder) == {"talk.wav": b"newer"}


def test_a_large_file_can_be_cancelled(page: Page, module_bucket: Bucket, folder: str, large_file: Path) -> None:
    page.route("**/input/**", lambda route: route.abort("internetdisconnected"))
    choose(page, large_file)
    state(page, f"{folder}/{large_file.name}", "offline")
    uploads = {"Bucket": module_bucket.name, "Prefix": keys.uploaded(folder)}
    assert len(module_bucket.client.list_multipart_uploads(**uploads)["Uploads"]) == 1
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Cancel").click()
    state(page, f"{folder}/{large_file.name}", "cancelled")
    expect(page.locator("#unfinished")).to_be_hidden()
    assert not module_bucket.client.list_multipart_uploads(**uploads).get("Uploads")


def test_a_file_can_be_dropped(page: Page, module_bucket: Bucket, folder: str) -> None:
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["audio"], "dropped.wav"));
            document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true}));
        }"""
    )
    state(page, f"{folder}/dropped.wav", "done")
    assert uploaded(module_bucket, folder) == {"dropped.wav": b"audio"}


def test_a_path_out_of_input_is_refused(
    page: Page, server: PageServer, module_bucket: Bucket, folder: str, tmp_path: Path
) -> None:
    open_upload(page, server, f"../{folder}")
    file = tmp_path / "a.wav"
    file.write_bytes(b"audio")
    choose(page, file)
    expect(page.locator("#rows")).to_contain_text("not uploaded: The path of the file")
    assert not [entry.key for entry in module_bucket.list("") if folder in entry.key]


def test_a_viewer_is_refused(browser: Browser, server: PageServer) -> None:
    page = new_visitor(browser, server, role="viewer", user="vic")
    answer = page.goto(f"{server.url}{PREFIX}/upload")
    assert answer is not None
    assert answer.status == 403
    page.context.close()
