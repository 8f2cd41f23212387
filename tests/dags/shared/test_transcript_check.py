"""Transcripts: what is damaged must not be believed, whoever damaged it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.dags.container_transcripts import Container, Written
from transcription.contract.errors import TranscriptUnverified
from transcription.shared import transcript_check

NAME = "x/a b"


@pytest.fixture
def speech(container: Container) -> Written:
    return container.speech


def test_what_the_container_writes_is_believed(container: Container) -> None:
    for written in (container.speech, container.silence):
        document = transcript_check.check(NAME, written.transcripts[""], written.transcripts[".json"])
        assert document == json.loads(written.transcripts[".json"])
    assert container.speech.transcripts[""] == b"seven one three\n"
    assert container.silence.transcripts[""] == b""


@pytest.mark.parametrize(("gone", "key"), [("", r"'output/x/a b'"), (".json", r"'output/x/a b\.json'")])
def test_a_missing_form_is_named(speech: Written, gone: str, key: str) -> None:
    found = {**speech.transcripts, gone: None}
    with pytest.raises(TranscriptUnverified, match=f"{key} is not there"):
        transcript_check.check(NAME, found[""], found[".json"])


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"<Error/>"])
def test_something_that_is_not_json_is_named(speech: Written, document: bytes) -> None:
    with pytest.raises(TranscriptUnverified, match=r"'output/x/a b\.json' is not JSON"):
        transcript_check.check(NAME, speech.transcripts[""], document)


def without(*way: Any) -> Callable[[Any], object]:
    def change(document: Any) -> None:
        *path, last = way
        for each in path:
            document = document[each]
        del document[last]

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("words"),
        without("audio"),
        without("provenance"),
        without("provenance", "input", "etag"),
        without("words", 0, "start"),
        lambda document: document.update(version=2),
        lambda document: document.update(confidence=2),
        lambda document: document.update(words="seven"),
        lambda document: document["words"][0].update(end="soon"),
    ],
)
def test_json_that_breaks_its_schema_is_named(speech: Written, change: Callable[[Any], object]) -> None:
    document = json.loads(speech.transcripts[".json"])
    change(document)
    with pytest.raises(TranscriptUnverified, match=r"'output/x/a b\.json' breaks its schema: .+"):
        transcript_check.check(NAME, speech.transcripts[""], json.dumps(document).encode())


def test_the_complaint_stays_short_however_long_the_transcript_is(speech: Written) -> None:
    document = json.loads(speech.transcripts[".json"])
    document["words"] = ["seven"] * 10_000
    with pytest.raises(TranscriptUnverified) as caught:
        transcript_check.check(NAME, speech.transcripts[""], json.dumps(document).encode())
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("text", [b"", b"seven one three", b"seven one\n", b"Seven one three\n", b"\xff\n"])
def test_two_forms_that_say_different_things_are_not_believed(speech: Written, text: bytes) -> None:
    with pytest.raises(TranscriptUnverified, match="say different things"):
        transcript_check.check(NAME, text, speech.transcripts[".json"])


def test_silence_is_not_a_line_feed(container: Container) -> None:
    with pytest.raises(TranscriptUnverified, match="say different things"):
        transcript_check.check(NAME, b"\n", container.silence.transcripts[".json"])
