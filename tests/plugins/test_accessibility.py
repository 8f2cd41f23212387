"""Every page can be used by people who see badly, with the keyboard alone, and on a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import get_type_hints
from urllib.parse import urlencode

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page
from starlette.responses import HTMLResponse

from tests.support.dags.bucket_objects import upload
from tests.support.dags.outcome_lists import write_moves
from tests.support.dags.reports import AUDIO, GREEN_RUN, report_on
from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.accessibility import PHONE, excess_width, grave_findings, unreachable_controls
from tests.support.plugins.airflow_runs import add_run, remove_runs
from tests.support.plugins.browser_client import PREFIX
from tests.support.plugins.recording_browser import PageServer, new_visitor
from tests.support.plugins.transcripts import transcript_document, write_transcript
from tests.support.standin.standin_server import LocalAws
from transcript_pages.app import ROUTERS
from transcription.contract import keys, result
from transcription.contract.keys import RunKeys
from transcription.contract.manifest import Failure, Item
from transcription.contract.result import FAILED
from transcription.finish.outcomes import Outcome
from transcription.shared.aws_console import AwsConsole
from transcription.shared.bucket import Bucket
from transcription.shared.job_record import FailedChild, Job

pytestmark = NEEDS_BROWSER

RUN = "manual__accessible"
NAME = f"interviews/{'a long name ' * 8}#1"
FIGURES = {"transcribed": 12, "failed": 3, "audio_seconds": 5400.0, "real_time_factor": 0.123, "cost": 1.5}
#: The address of each page by the path of its route, and of a page that does not exist.
PAGES = {
    "/": "",
    "/run": f"run?{urlencode({'run_id': RUN})}",
    "/log": f"log?{urlencode({'run_id': RUN, 'child': 3})}",
    "/search": f"search?{urlencode({'run_id': RUN, 'text': 'two'})}",
    "/search without a run": "search?text=two",
    "/recordings": f"recordings?{urlencode({'prefix': 'interviews/'})}",
    "/recording": f"recording?{urlencode({'name': NAME})}",
    "/failed": "failed",
    "/models": "models",
    "/upload": "upload",
    "error": "no-such-page",
}


@pytest.fixture(scope="module")
def site(module_bucket: Bucket, shared_aws: LocalAws, server: PageServer) -> Iterator[str]:
    """Fill every page, and return the address of the pages."""
    remove_runs()
    run = add_run(RUN, figures=FIGURES)
    add_run("red", day=1, state="failed")
    spoken = Item(7, f"input/{NAME}.wav", "e", 1)
    outcome = Outcome(spoken, result.TRANSCRIBED, audio=AUDIO, words=9, unsure_words=8, confidence=0.5)
    outcomes = [*GREEN_RUN, outcome]
    module_bucket.write_record(RunKeys(run).report, report_on(*outcomes, vcpu_hours=2.0))
    write_moves(module_bucket, run, *outcomes)
    _write_log(shared_aws, run)
    address = AwsConsole("https://console.aws.amazon.com", "us-east-1").log("/aws/batch/pages", run)
    job = Job(run, "job", "name", failed=(FailedChild("job:3", "exit code 1", address),))
    module_bucket.write_record(RunKeys(run).job, job)
    write_transcript(module_bucket, NAME, transcript_document(NAME, [(0.0, 5.0, "one two"), (5.0, 9.0, "three")]))
    upload(module_bucket, keys.transcript(NAME), b"one two three")
    failed = upload(module_bucket, keys.failed(f"input/{NAME}.wav"), b"audio")
    reason = Outcome(Item(0, f"input/{NAME}.wav", failed.etag, 5), FAILED, Failure("AUDIO_EMPTY", "It has no bytes."))
    module_bucket.write_record(keys.failed_reason(f"input/{NAME}.wav"), reason)
    module_bucket.client.put_object(Bucket=module_bucket.name, Key="models/court/model.pbmm", Body=b"")
    yield f"{server.url}{PREFIX}/"
    remove_runs()


def _write_log(aws: LocalAws, stream: str) -> None:
    """Write the log of a failed child."""
    logs, group = aws.client("logs"), "/aws/batch/pages"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": int(time.time() * 1000), "message": f"a long line {'of a log ' * 30}"}]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.fixture(scope="module")
def window(browser: Browser, server: PageServer) -> Iterator[Page]:
    """The window of a user who may change recordings and start runs."""
    page = new_visitor(browser, server)
    yield page
    page.context.close()


def open_page(window: Page, site: str, path: str, width: int = 1200) -> None:
    """Open a page, and wait until its scripts have filled it."""
    window.set_viewport_size({"width": width, "height": 900})
    window.goto(f"{site}{PAGES[path]}")
    window.locator("h1").wait_for()
    if path == "/recording":
        window.locator("#recording[data-ready]").wait_for()
    if path == "/failed":
        window.get_by_text("The file is empty").wait_for()


def test_the_list_has_every_page() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    pages = {route.path for route in routes if get_type_hints(route.endpoint)["return"] is HTMLResponse}
    assert pages == PAGES.keys() - {"/search without a run", "error"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_core_finds_nothing_serious(window: Page, site: str, path: str, theme: str) -> None:
    window.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two themes
    open_page(window, site, path)
    assert grave_findings(window) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_tab_key_reaches_every_link_button_and_field(window: Page, site: str, path: str) -> None:
    open_page(window, site, path)
    assert unreachable_controls(window) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_on_a_phone(window: Page, site: str, path: str) -> None:
    open_page(window, site, path, width=PHONE)
    assert excess_width(window) <= 0
