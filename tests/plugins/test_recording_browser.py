"""Listening to a recording in a real browser: player, words, waveform, and the list of recordings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.plugins.corrections import texts
from tests.support.plugins.recording_browser import (
    PREFIX,
    PageServer,
    edit,
    has_audio,
    press,
    saved,
    visit,
    wait_for_audio,
)
from tests.support.plugins.silent_audio import RATE, put_audio
from tests.support.plugins.transcripts import THREE_SEGMENTS, transcript_document, write_transcript
from transcript_pages.audio_bucket import PRESIGNED_SECONDS
from transcription.contract import keys
from transcription.contract.word_alignment import words_of
from transcription.contract.word_spacing import join_words
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER

#: For a seek: the most requests for audio, and how much sooner than the searched time they may begin, in seconds.
SEEK_REQUESTS, SEEK_SECONDS = 2, 120
#: The time at which the browser believes to open the page.
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_click_on_a_word_plays_from_there(page: Page) -> None:
    has_audio(page)
    page.locator(".word", has_text="seven").click()
    wait_for_audio(page, "Math.abs(audio.currentTime - 10.5) < 0.1")
    expect(page.locator(".spoken")).to_have_text("seven")


def test_a_click_late_in_two_hours_reads_only_what_is_there(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    """The browser asks S3 for the bytes of that time, and not for earlier ones: a seek is quick in long recordings."""
    hours, late = 7200, 7000.0
    document = transcript_document(name, [(0.0, late, "early"), (late, hours, "late words")])
    write_transcript(module_bucket, name, document)
    put_audio(module_bucket, name, hours)
    visit(page, server, name)
    has_audio(page)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - playwright refuses built-in functions
    page.locator(".word", has_text="late").click()
    wait_for_audio(page, f"!audio.seeking && audio.readyState >= 2 && Math.abs(audio.currentTime - {late}) < 0.5")
    ranges = [request.all_headers()["range"] for request in requests if "/processed/" in request.url]
    assert 1 <= len(ranges) <= SEEK_REQUESTS
    starts = [int(asked.removeprefix("bytes=").partition("-")[0]) for asked in ranges]
    assert min(starts) > (late - SEEK_SECONDS) * RATE
    expect(page.locator(".spoken")).to_have_text("late")


def test_the_speed_is_chosen_in_the_list_or_with_keys(page: Page) -> None:
    has_audio(page)
    speed = page.get_by_label("Speed")
    options = speed.locator("option").evaluate_all("options => options.map((option) => Number(option.value))")
    assert (min(options), max(options)) == (0.5, 2)
    speed.select_option("0.5")
    wait_for_audio(page, "audio.playbackRate === 0.5")
    page.locator(".segment").first.focus()
    press(page, "Equal", "Equal")
    wait_for_audio(page, "audio.playbackRate === 1")
    expect(speed).to_have_value("1")


@pytest.mark.parametrize("after", [timedelta(seconds=10), timedelta(seconds=PRESIGNED_SECONDS)])
def test_an_address_of_the_audio_that_ended_is_renewed(
    after: timedelta, page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    """S3 refuses the old address: when its time is over, which the page knows, or earlier, which the page does not."""
    hours, late = 7200, 7000.0
    write_transcript(
        module_bucket, name, transcript_document(name, [(0.0, late, "early"), (late, hours, "late words")])
    )
    put_audio(module_bucket, name, hours)
    addresses: list[str] = []
    has_ended = False

    def note_address(route: Route) -> None:
        nonlocal has_ended
        has_ended = False
        addresses.append(route.request.url)
        route.continue_()

    page.route("**/audio-address?*", note_address)
    page.route("**/processed/**", lambda route: route.fulfill(status=403) if has_ended else route.continue_())
    page.clock.set_fixed_time(START)
    visit(page, server, name)
    has_audio(page)
    assert len(addresses) == 1
    has_ended = True
    page.clock.set_fixed_time(START + after)
    page.locator(".word", has_text="late").click()
    wait_for_audio(page, f"!audio.seeking && audio.readyState >= 2 && Math.abs(audio.currentTime - {late}) < 0.5")
    assert len(addresses) == 2
    expect(page.locator("#message")).to_be_hidden()


def test_a_result_of_a_search_opens_at_the_searched_words(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    long = [(second, second + 1.0, "filler") for second in map(float, range(200))]
    write_transcript(module_bucket, name, transcript_document(name, [*long, (200.0, 205.0, "close the Window now")]))
    put_audio(module_bucket, name, 205)
    page.goto(f"{server.url}{PREFIX}/recording?{urlencode({'name': name, 'text': 'window n'})}")
    page.locator("#recording[data-ready]").wait_for()
    expect(page.locator(".chosen")).to_have_text("Window")
    expect(page.locator(".chosen")).to_be_in_viewport()
    wait_for_audio(page, "Math.abs(audio.currentTime - 201) < 0.1")
    page.get_by_role("button", name="Edit", exact=True).click()
    cursor = page.locator("textarea.text").evaluate("field => field.selectionStart")
    assert cursor == len("close the ")


def test_the_help_shows_the_keys(page: Page) -> None:
    press(page, "Shift+Slash")
    expect(page.locator("#help")).to_contain_text("next unsure word")
    press(page, "Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_hostile_texts_are_texts(page: Page, server: PageServer, module_bucket: Bucket, name: str) -> None:
    hostile = "<img/src=x/onerror=document.title='bad'> <b>bold</b> &amp; שלום"
    write_transcript(module_bucket, name, transcript_document(name, [(0.0, 15.0, hostile)]))
    visit(page, server, name)
    expect(page.locator(".words")).to_have_text(hostile)
    edit(page, 0, f"{hostile} more")
    saved(page)
    page.keyboard.press("Escape")
    expect(page.locator(".words")).to_have_text(f"{hostile} more")
    assert "bad" not in page.title()
    assert texts(module_bucket, name) == [f"{hostile} more"]


def test_the_waveform_fits_on_a_phone_and_breaks_no_policy(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    peaks = {"version": 1, "seconds": 15.0, "rate": 20.0, "peak": 0.5, "channels": [None], "peaks": [[0, 255] * 150]}
    key = keys.listening_peaks(name)
    module_bucket.client.put_object(Bucket=module_bucket.name, Key=key, Body=json.dumps(peaks).encode())
    document = {**transcript_document(name, THREE_SEGMENTS), "listening": {"peaks": True}}
    write_transcript(module_bucket, name, document)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, server, name)
    has_audio(page)
    page.locator("#waveform canvas").first.wait_for()
    # The styles of wavesurfer.js are in force: without them, the progress would cover the whole line.
    position = (
        "getComputedStyle(document.querySelector('#waveform > div').shadowRoot.querySelector('.progress')).position"
    )
    assert page.evaluate(position) == "absolute"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert problems == []


CHINESE = "\u4f60\u597d\u4e16\u754c"
TEXTS = (
    "",
    " go  on\tnow\n",
    "a\u00a0b",
    CHINESE,
    f"{CHINESE} Python \u5199\u3001ok",
    "\u304b\u3099\u845b\U000e0100\u57ce \U00020bb7\u91ce",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \ufffd\u4f60",
)


def test_the_page_divides_texts_into_words_as_the_server_does(page: Page) -> None:
    script = """async ([address, texts]) => {
        const { wordsOf, joinWords } = await import(address);
        return texts.map((text) => [wordsOf(text), joinWords(wordsOf(text))]);
    }"""
    words = page.evaluate(script, [f"{PREFIX}/static/any/recording/word_spacing.js", list(TEXTS)])
    assert words == [[words_of(text), join_words(words_of(text))] for text in TEXTS]


def test_the_list_shows_the_figures_of_the_rows_in_view(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    made = {"seconds": "75.2", "words": "8", "unsure": "3", "confidence": "0.873"}
    key = keys.transcript_json(name)
    module_bucket.client.put_object(Bucket=module_bucket.name, Key=key, Body=b"{}", Metadata=made)
    state = {"state": "checked", "unsure": "0"}
    module_bucket.client.put_object(
        Bucket=module_bucket.name, Key=keys.corrected_json(name), Body=b"{}", Metadata=state
    )
    page.goto(f"{server.url}{PREFIX}/recordings?{urlencode({'prefix': name})}")
    cells = page.locator("tr[data-name]").locator(".state, .length, .confidence, .unsure")
    expect(cells).to_have_text(["checked", "1:15", "0.87", "0"])
