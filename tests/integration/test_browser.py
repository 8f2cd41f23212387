"""The Airflow UI in a real browser: log in, press Trigger, fill in the form, see the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from local.airflow import DAG_ID
from local.configuration import USER
from tests.support.pipeline.chromium import NEEDS_BROWSER, log_in, new_page, open_browser
from tests.support.pipeline.final_state import FinalState
from tests.support.pipeline.pipeline import Pipeline
from tests.support.pipeline.spoken_recordings import CLIP, CLIPS
from tests.support.pipeline.waiting import until
from transcription.contract import keys
from transcription.contract.run_keys import RunKeys, run_name

pytestmark = NEEDS_BROWSER


@pytest.fixture
def page() -> Iterator[Page]:
    with open_browser() as browser:
        yield new_page(browser)


@pytest.fixture
def form(pipeline: Pipeline, page: Page) -> Page:
    """The form that Trigger opens."""
    airflow = pipeline.stack.airflow
    page.goto(airflow.url)
    log_in(page, USER, airflow.password)
    page.get_by_role("link", name="Dags").first.wait_for()
    page.goto(f"{airflow.url}/dags/{DAG_ID}")
    page.get_by_role("button", name="Trigger").first.click()
    page.locator("[name=element_prefix]").wait_for()
    return page


def submit(form: Page) -> str:
    """Press Trigger, and return the id of the run whose page opens."""
    form.get_by_test_id("trigger-dag-submit").click()
    form.wait_for_url("**/runs/**")
    return unquote(form.url.rpartition("/runs/")[2])


def test_pressing_trigger_with_nothing_filled_in_transcribes(pipeline: Pipeline, form: Page) -> None:
    """A parameter that requires a value disables the button. A call of the API would not show that."""
    pipeline.upload_recordings({"a.wav": CLIP})
    expect(form.get_by_test_id("trigger-dag-submit")).to_be_enabled()
    FinalState.read(pipeline, pipeline.ui.wait(submit(form))).check(jobs=[1])


def test_what_people_fill_in_is_what_the_run_does(pipeline: Pipeline, form: Page) -> None:
    pipeline.upload_recordings({"x/a.wav": CLIP, "y/b.wav": CLIP})
    dialog = form.get_by_role("dialog")
    expect(dialog.get_by_text("empty: auto", exact=True)).to_be_visible()
    for text in ("null", "*"):  # an empty choice without words, and the mark of a required field
        expect(dialog.get_by_text(text, exact=True)).to_have_count(0)
    form.fill("[name=element_prefix]", "x/")
    form.fill("[name=element_hot_words]", "help:2\nopen:-1.5")
    form.get_by_label("Select one or multiple values").fill("vtt")
    form.keyboard.press("Enter")
    form.locator("label", has=form.locator("[name=element_dry_run]")).click()
    # A click on the name of a section unfolds it, and folds the others.
    form.get_by_role("button", name="Recognition").click()
    form.fill("[name=element_lm_alpha]", "0.75")
    form.fill("[name=element_lm_beta]", "1")
    form.fill("[name=element_alternatives]", "3")
    form.get_by_role("button", name="Seldom needed").click()
    form.locator("label", has=form.locator("[name=element_cut_at_silence]")).click()
    run = pipeline.ui.wait(submit(form))
    FinalState.read(pipeline, run).check(left=["x/a.wav", "y/b.wav"])
    plan = json.loads(pipeline.read(RunKeys(run_name(run.run_id)).plan))
    assert (plan["prefix"], plan["files"], plan["dry_run"]) == ("x/", 1, True)
    assert plan["options"]["hot_words"] == [{"word": "help", "boost": 2.0}, {"word": "open", "boost": -1.5}]
    assert plan["options"]["formats"] == ["vtt"]
    assert (plan["options"]["lm_alpha"], plan["options"]["lm_beta"]) == (0.75, 1.0)
    assert (plan["options"]["alternatives"], plan["options"]["cut_at_silence"]) == (3, False)


def test_a_correction_stays_when_the_recording_is_transcribed_again(pipeline: Pipeline, form: Page) -> None:
    """Everything is real here: the transcript of the container, its peaks and audio, Airflow's web server, the DAG."""
    pipeline.upload_recordings({"talks/a b#1.wav": CLIPS[0]})
    FinalState.read(pipeline, pipeline.run()).check(jobs=[1])
    address = f"{pipeline.stack.airflow.url}/transcripts/recording?name={quote('talks/a b#1', safe='')}"
    form.goto(address)
    form.locator("#recording[data-ready]").wait_for()
    form.locator(".word").first.dblclick()
    form.locator("textarea.text").fill("written by a person")
    expect(form.locator("#saving")).to_have_text("All changes are saved.")
    expect(form.locator("#audio")).to_have_js_property("error", None)
    pipeline.upload_recordings({"talks/a b#1.wav": CLIPS[1]})
    pipeline.run()
    assert pipeline.read(keys.transcript("talks/a b#1")).decode().strip() == CLIPS[1].text
    form.goto(address)
    expect(form.locator("#notice")).to_be_visible()
    expect(form.locator(".words").first).to_have_text("written by a person")
    until(
        "the text is written", lambda: b"written by a person" in (pipeline.find(keys.corrected("talks/a b#1")) or b"")
    )


def test_nobody_sees_anything_without_logging_in(pipeline: Pipeline, page: Page) -> None:
    page.goto(f"{pipeline.stack.airflow.url}/dags/{DAG_ID}")
    expect(page.locator("input[name=password]")).to_be_visible()
