"""Each correction measures the model that made the transcript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.plugins.test_runs_page import cells
from tests.support.dags.bucket_objects import upload
from tests.support.plugins.browser_client import BrowserClient
from tests.support.plugins.corrections import NAME, SEGMENTS, edits, saved, stored
from tests.support.plugins.transcripts import transcript_document, write_transcript
from transcript_pages import corrected_errors, formats
from transcript_pages.audio_bucket import AudioBucket, audio_bucket
from transcript_pages.correction_measure import MOST_WORDS, RecordingErrors, count_errors
from transcription.contract import keys
from transcription.shared.bucket import Bucket


@pytest.fixture(autouse=True)
def transcript(bucket: Bucket) -> None:
    """Write the transcript of `NAME` into the bucket."""
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS))


def entry(bucket: Bucket, name: str = NAME) -> Any:
    """Return the entry of a recording in the record."""
    return json.loads(bucket.read(keys.CORRECTED_ERRORS) or b"{}")["recordings"].get(name)


def rates(client: BrowserClient) -> list[list[str]]:
    """Return the rows of the table of models."""
    return [row for row in cells(client.text("data").split('id="rates"')[1].split("</table>")[0]) if row]


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a x c", 1),
        ("a b c", "a c", 1),
        ("a c", "a b c", 1),
        ("a b c d", "b c d e", 2),
        ("", "a b", 2),
        ("a b", "", 2),
        ("", "", 0),
    ],
)
def test_errors_are_the_least_changes(said: str, heard: str, errors: int) -> None:
    assert count_errors(said.split(), heard.split()) == errors


def test_a_correction_is_counted_with_its_model_and_only_checked_segments_count(
    editor: BrowserClient, viewer: BrowserClient, bucket: Bucket
) -> None:
    saved(editor, edits("one two tree extra", "four five"))
    month = stored(bucket)["at"][:7]
    assert entry(bucket) == {
        "model": "court",
        "month": month,
        "words": 4,
        "errors": 2,
        "segments": 2,
        "checked": 1,
        "seconds": 5.0,
    }
    assert rates(viewer) == [[month, "court", "1", "4", "50.0 %"]]
    assert "1 of 2" in viewer.text("data")


def test_case_and_punctuation_are_no_errors(editor: BrowserClient, bucket: Bucket) -> None:
    saved(editor, edits("One, two three.", "four five"))
    assert (entry(bucket)["words"], entry(bucket)["errors"]) == (3, 0)


def test_a_later_save_replaces_the_figures_and_an_unchecked_one_removes_them(
    editor: BrowserClient, bucket: Bucket
) -> None:
    first = saved(editor, edits("one two tree", "four five"))
    second = saved(editor, edits("one two three", "four fife"), {"If-Match": first["etag"]})
    assert (entry(bucket)["checked"], entry(bucket)["words"], entry(bucket)["errors"]) == (1, 2, 1)
    saved(editor, edits("one two three", "four five"), {"If-Match": second["etag"]})
    assert entry(bucket) is None


def test_a_removed_word_is_an_error_although_the_segment_is_empty(editor: BrowserClient, bucket: Bucket) -> None:
    saved(editor, edits("one two three", ""))
    assert (entry(bucket)["words"], entry(bucket)["errors"]) == (0, 2)


def test_a_correction_of_an_earlier_transcript_keeps_its_entry(editor: BrowserClient, bucket: Bucket) -> None:
    first = saved(editor, edits("one two tree", "four five"))
    before = entry(bucket)
    write_transcript(bucket, NAME, transcript_document(NAME, SEGMENTS, confidence=0.9))
    saved(editor, edits("one too tree", "for five"), {"If-Match": first["etag"]})
    assert entry(bucket) == before


def test_what_others_write_at_the_same_time_is_not_lost(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"model": "m", "month": "2026-11", "words": 1, "errors": 0, "segments": 1, "checked": 1, "seconds": 1.0}
    load = corrected_errors._load

    def load_and_be_overtaken(used: AudioBucket) -> Any:
        read = load(used)
        monkeypatch.setattr(corrected_errors, "_load", load)
        upload(bucket, keys.CORRECTED_ERRORS, json.dumps({"recordings": {"other": other}}).encode())
        return read

    monkeypatch.setattr(corrected_errors, "_load", load_and_be_overtaken)
    saved(editor, edits("one two tree", "four five"))
    assert entry(bucket, "other") == other
    assert entry(bucket)["errors"] == 1


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"recordings": {"a": 1}}', b"\xff"])
def test_a_damaged_record_is_made_again(editor: BrowserClient, bucket: Bucket, damage: bytes) -> None:
    upload(bucket, keys.CORRECTED_ERRORS, damage)
    assert "Nobody has checked or corrected a transcript yet." in editor.text("data")
    saved(editor, edits("one two tree", "four five"))
    assert entry(bucket)["errors"] == 1


def test_the_record_keeps_those_that_were_saved_last(
    editor: BrowserClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrected_errors, "MOST_RECORDINGS", 1)
    other = {"model": "m", "month": "2026-11", "words": 1, "errors": 0, "segments": 1, "checked": 1, "seconds": 1.0}
    upload(bucket, keys.CORRECTED_ERRORS, json.dumps({"recordings": {"other": other}}).encode())
    saved(editor, edits("one two tree", "four five"))
    assert list(corrected_errors.read(audio_bucket()).recordings) == [NAME]


def test_a_segment_of_very_many_words_is_left_out(editor: BrowserClient, bucket: Bucket) -> None:
    saved(editor, edits("one two tree", " ".join(["word"] * (MOST_WORDS + 1))))
    assert (entry(bucket)["words"], entry(bucket)["errors"], entry(bucket)["checked"]) == (3, 1, 2)


def test_the_page_of_runs_gets_the_newest_rates(editor: BrowserClient, bucket: Bucket) -> None:
    assert editor.get("correction-rates").json() == []
    saved(editor, edits("one two tree extra", ""))
    month = stored(bucket)["at"][:7]
    assert editor.get("correction-rates").json() == [[month, "court", "4", formats.with_unit(100, "%", 1)]]
    saved_month = RecordingErrors.model_validate({**entry(bucket), "month": "2020-01", "words": 0})
    older = {f"{number}": saved_month.model_dump() | {"model": f"{number}"} for number in range(9)}
    upload(bucket, keys.CORRECTED_ERRORS, json.dumps({"recordings": {**older, NAME: entry(bucket)}}).encode())
    rows = editor.get("correction-rates").json()
    assert rows[:2] == [[month, "court", "4", formats.with_unit(100, "%", 1)], ["2020-01", "8", "0", "—"]]
    assert len(rows) == 6
