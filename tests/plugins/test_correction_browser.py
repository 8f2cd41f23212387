"""Correcting in a real browser: by keyboard, offline, over a killed server, and two people at once."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.support.pipeline.chromium import NEEDS_BROWSER
from tests.support.pipeline.waiting import until
from tests.support.plugins.corrections import stored, texts
from tests.support.plugins.recording_browser import PageServer, edit, open_recording, press, saved, visit
from tests.support.plugins.transcripts import THREE_SEGMENTS, transcript_document, write_transcript
from transcription.contract import keys
from transcription.shared.bucket import Bucket

pytestmark = NEEDS_BROWSER


def test_a_correction_with_the_keyboard_alone(page: Page, module_bucket: Bucket, name: str) -> None:
    page.locator("body").press("KeyJ")  # the second segment
    press(page, "Enter", "End", "Space")
    page.keyboard.type("fifty")
    press(page, "Control+Enter")  # checked, and on to the third
    press(page, "End", "Control+ArrowLeft", "Control+KeyS")  # split in front of "eight"
    press(page, "Escape", "KeyK", "KeyC")
    saved(page)
    segments = stored(module_bucket, name)["segments"]
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
    document = transcript_document(name, THREE_SEGMENTS)
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
    assert [segment["by"] for segment in stored(module_bucket, name)["segments"]] == ["ann", "bob", ""]
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
    assert stored(module_bucket, name)["by"] == "bob"


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


def test_chinese_text_has_a_word_for_each_character(page: Page, module_bucket: Bucket, name: str) -> None:
    chinese = "\u4f60\u597d\u4e16\u754c"
    edit(page, 1, chinese)
    page.keyboard.press("Escape")
    expect(page.locator(".segment").nth(1).locator(".words")).to_have_text(chinese)
    saved(page)
    segment = stored(module_bucket, name)["segments"][1]
    assert segment["text"] == chinese
    assert [word["word"] for word in segment["words"]] == list(chinese)
