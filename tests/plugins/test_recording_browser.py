"""Listening and correcting in a real browser: by keyboard, offline, over a killed server, and two people at once."""

from __future__ import annotations

import io
import json
import uuid
import wave
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.pipeline.waiting import until
from tests.support.plugins.recording_browser import (
    PREFIX,
    PageServer,
    open_recording,
    press,
    saved,
    visit,
    wait_for_audio,
)
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcription.contract import keys
from transcription.contract.word_alignment import words_of
from transcription.contract.word_spacing import join_words
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER

SEGMENTS = [(0.0, 5.0, "one two three"), (5.0, 10.0, "four five"), (10.0, 15.0, "six seven eight")]
#: The lowest rate that browsers play without doubt, in hertz.
RATE = 8000


def silent_wav(seconds: int) -> bytes:
    """A recording without a sound, with 8 bits per sample."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(b"\x80" * seconds * RATE)
    return content.getvalue()


@pytest.fixture
def name(module_bucket: Bucket) -> str:
    """The name of a new recording with a transcript."""
    name = f"calls/{uuid.uuid4().hex} #1"
    write_transcript(module_bucket, name, transcript_document(name, SEGMENTS, formats=("srt",)))
    put_audio(module_bucket, name, 15)
    return name


def put_audio(bucket: Bucket, name: str, seconds: int) -> None:
    """Write the audio of a recording into the bucket."""
    bucket.client.put_object(Bucket=bucket.name, Key=f"processed/{name}.wav", Body=silent_wav(seconds))


@pytest.fixture
def page(browser: Browser, server: PageServer, name: str) -> Iterator[Page]:
    """The page of the recording, opened by Ann."""
    page = open_recording(browser, server, name)
    yield page
    page.context.close()


@pytest.fixture
def bobs_page(browser: Browser, server: PageServer, name: str) -> Iterator[Page]:
    """The same page, opened by Bob on another computer."""
    page = open_recording(browser, server, name, user="bob")
    yield page
    page.context.close()


def texts(bucket: Bucket, name: str) -> list[str]:
    """Return the texts of the saved correction."""
    return [segment["text"] for segment in record(bucket, name)["segments"]]


def record(bucket: Bucket, name: str) -> Any:
    """Return the saved correction."""
    data = bucket.read(keys.corrected_json(name))
    assert data is not None
    return json.loads(data)


def edit(page: Page, number: int, text: str) -> None:
    """Replace the text of a segment, with the mouse."""
    page.locator(".segment").nth(number).locator(".word").first.dblclick()
    page.locator("textarea.text").fill(text)


def has_audio(page: Page) -> None:
    """Wait until the browser knows the recording."""
    wait_for_audio(page, "audio.readyState >= 1")


def test_a_click_on_a_word_plays_from_there(page: Page) -> None:
    has_audio(page)
    page.locator(".word", has_text="seven").click()
    wait_for_audio(page, "Math.abs(audio.currentTime - 10.5) < 0.1")
    expect(page.locator(".spoken")).to_have_text("seven")


def test_a_click_late_in_two_hours_plays_from_there(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    hours, late = 7200, 7000.0
    document = transcript_document(name, [(0.0, late, "early"), (late, hours, "late words")])
    write_transcript(module_bucket, name, document)
    put_audio(module_bucket, name, hours)
    visit(page, server, name)
    has_audio(page)
    page.locator(".word", has_text="late").click()
    started = page.evaluate("performance.now()")
    wait_for_audio(page, f"!audio.seeking && audio.readyState >= 2 && Math.abs(audio.currentTime - {late}) < 0.5")
    print(f"seek in two hours: {page.evaluate('performance.now()') - started:.0f} ms")
    expect(page.locator(".spoken")).to_have_text("late")


def test_a_correction_with_the_keyboard_alone(page: Page, module_bucket: Bucket, name: str) -> None:
    page.locator("body").press("KeyJ")  # the second segment
    press(page, "Enter", "End", "Space")
    page.keyboard.type("fifty")
    press(page, "Control+Enter")  # checked, and on to the third
    press(page, "End", "Control+ArrowLeft", "Control+KeyS")  # split in front of "eight"
    press(page, "Escape", "KeyK", "KeyC")
    saved(page)
    segments = record(module_bucket, name)["segments"]
    assert [(segment["text"], segment["state"]) for segment in segments] == [
        ("one two three", "unchecked"),
        ("four five fifty", "corrected"),
        ("six seven", "checked"),
        ("eight", "unchecked"),
    ]
    assert [segment["by"] for segment in segments] == ["", "ann", "ann", "ann"]
    assert segments[1]["words"][0]["start"] == 5.0
    # The server writes the other files after its answer, the text last.
    text = b"one two three four five fifty six seven eight\n"
    until("the text is written", lambda: module_bucket.read(keys.corrected(name)) == text)
    assert b"fifty" in (module_bucket.read(keys.corrected_format(name, "srt")) or b"")


def test_undo_takes_back_split_join_and_text(page: Page, module_bucket: Bucket, name: str) -> None:
    press(page, "KeyJ", "KeyM")
    expect(page.locator(".segment")).to_have_count(2)
    edit(page, 0, "one two")
    press(page, "Control+KeyZ")
    expect(page.locator("textarea.text")).to_have_value("one two three")
    press(page, "Escape", "Control+KeyZ")
    expect(page.locator(".segment")).to_have_count(3)
    press(page, "Control+Shift+KeyZ")
    expect(page.locator(".segment")).to_have_count(2)
    saved(page)
    assert texts(module_bucket, name) == ["one two three", "four five six seven eight"]


def test_the_next_unsure_word_and_its_alternatives(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    document = transcript_document(name, SEGMENTS)
    for word in document["words"]:
        word["confidence"] = 0.1 if word["word"] == "five" else 0.9
    document["segments"][1]["alternatives"] = [{"text": "four hive", "confidence": 0.2}]
    write_transcript(module_bucket, name, document)
    visit(page, server, name)
    expect(page.locator(".unsure")).to_have_text(["five"])
    press(page, "KeyU")
    expect(page.locator(".chosen")).to_have_text("five")
    page.locator(".unsure").click()
    page.get_by_role("button", name="hive").click()
    saved(page)
    assert texts(module_bucket, name)[1] == "four hive"


def test_the_help_shows_the_keys(page: Page) -> None:
    press(page, "Shift+Slash")
    expect(page.locator("#help")).to_contain_text("next unsure word")
    press(page, "Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_changes_survive_a_lost_network_and_a_closed_tab(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    page.context.set_offline(True)
    edit(page, 0, "one too three")
    expect(page.locator("#saving")).to_have_attribute("data-state", "offline")
    assert module_bucket.read(keys.corrected_json(name)) is None
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    visit(again, server, name)
    expect(again.locator(".words").first).to_have_text("one too three")
    saved(again)
    assert texts(module_bucket, name)[0] == "one too three"


def test_changes_survive_a_killed_server(page: Page, server: PageServer, module_bucket: Bucket, name: str) -> None:
    server.kill()
    try:
        edit(page, 0, "one too three")
        expect(page.locator("#saving")).to_have_attribute("data-state", "offline")
    finally:
        server.start()
    saved(page)
    assert texts(module_bucket, name)[0] == "one too three"


def test_changes_of_different_segments_come_together(
    page: Page, bobs_page: Page, module_bucket: Bucket, name: str
) -> None:
    edit(page, 0, "one too three")
    saved(page)
    edit(bobs_page, 1, "for five")
    saved(bobs_page)
    assert texts(module_bucket, name)[:2] == ["one too three", "for five"]
    assert [segment["by"] for segment in record(module_bucket, name)["segments"]] == ["ann", "bob", ""]
    expect(bobs_page.locator(".words").first).to_have_text("one too three")


def test_the_second_person_sees_the_first_ones_version_and_chooses(
    page: Page, bobs_page: Page, module_bucket: Bucket, name: str
) -> None:
    edit(page, 0, "one too three")
    edit(page, 1, "for five")
    saved(page)
    bobs_page.context.set_offline(True)
    edit(bobs_page, 0, "won two three")
    edit(bobs_page, 1, "four hive")
    bobs_page.context.set_offline(False)
    dialog = bobs_page.locator("#conflict")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".who")).to_contain_text("ann")
    expect(dialog).to_contain_text("one too three")
    assert texts(module_bucket, name)[0] == "one too three"
    bobs_page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    choices = dialog.locator("fieldset")
    choices.nth(0).locator("input[value=mine]").check()
    choices.nth(1).locator("input[value=theirs]").check()
    dialog.get_by_role("button").click()
    saved(bobs_page)
    assert texts(module_bucket, name)[:2] == ["won two three", "for five"]
    assert record(module_bucket, name)["by"] == "bob"


def test_a_new_transcript_changes_nothing_and_the_page_says_so(
    page: Page, server: PageServer, module_bucket: Bucket, name: str
) -> None:
    expect(page.locator("#notice")).to_be_hidden()
    edit(page, 0, "one too three")
    saved(page)
    write_transcript(module_bucket, name, transcript_document(name, [(0.0, 15.0, "something else")]))
    visit(page, server, name)
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator(".words").first).to_have_text("one too three")


def test_a_viewer_cannot_change_anything(browser: Browser, server: PageServer, name: str) -> None:
    page = open_recording(browser, server, name, role="viewer", user="vic")
    page.locator(".word").first.dblclick()
    press(page, "KeyC", "KeyM", "Enter")
    expect(page.locator("textarea.text")).to_have_count(0)
    expect(page.locator(".segment")).to_have_count(3)
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    page.context.close()


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
    document = {**transcript_document(name, SEGMENTS), "listening": {"peaks": True}}
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


def test_chinese_text_has_a_word_for_each_character(page: Page, module_bucket: Bucket, name: str) -> None:
    edit(page, 1, CHINESE)
    page.keyboard.press("Escape")
    expect(page.locator(".segment").nth(1).locator(".words")).to_have_text(CHINESE)
    saved(page)
    segment = record(module_bucket, name)["segments"][1]
    assert segment["text"] == CHINESE
    assert [word["word"] for word in segment["words"]] == list(CHINESE)


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
