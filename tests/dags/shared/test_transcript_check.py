"""Transcript check: a damaged transcript never passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.dags.container_transcripts import Container, WrittenFile
from transcription.contract.errors import TranscriptUnverified
from transcription.shared import transcript_check

NAME = "x/a b"


@pytest.fixture
def speech(container: Container) -> WrittenFile:
    """The container's result and transcripts for a recording of three words."""
    return container.speech


def test_what_the_container_writes_passes(container: Container) -> None:
    for written in (container.speech, container.silence):
        document = transcript_check.check(NAME, written.transcripts[""], written.transcripts[".json"])
        assert document == json.loads(written.transcripts[".json"])
    assert container.speech.transcripts[""] == b"seven one three\n"
    assert container.silence.transcripts[""] == b""


@pytest.mark.parametrize(("missing", "key"), [("", r"'output/x/a b'"), (".json", r"'output/x/a b\.json'")])
def test_a_missing_transcript_is_named(speech: WrittenFile, missing: str, key: str) -> None:
    transcripts = {**speech.transcripts, missing: None}
    with pytest.raises(TranscriptUnverified, match=f"{key} does not exist"):
        transcript_check.check(NAME, transcripts[""], transcripts[".json"])


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"<Error/>"])
def test_a_json_transcript_that_is_not_json_is_named(speech: WrittenFile, document: bytes) -> None:
    with pytest.raises(TranscriptUnverified, match=r"'output/x/a b\.json' is not JSON"):
        transcript_check.check(NAME, speech.transcripts[""], document)


def without(*path: Any) -> Callable[[Any], object]:
    """Return a change that deletes the field at this path of a document."""

    def change(document: Any) -> None:
        *parents, last = path
        for parent in parents:
            document = document[parent]
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
def test_json_that_breaks_its_schema_is_named(speech: WrittenFile, change: Callable[[Any], object]) -> None:
    document = json.loads(speech.transcripts[".json"])
    change(document)
    with pytest.raises(TranscriptUnverified, match=r"'output/x/a b\.json' breaks its schema: .+"):
        transcript_check.check(NAME, speech.transcripts[""], json.dumps(document).encode())


def test_the_error_stays_short_however_long_the_transcript_is(speech: WrittenFile) -> None:
    document = json.loads(speech.transcripts[".json"])
    document["words"] = ["seven"] * 10_000
    with pytest.raises(TranscriptUnverified) as caught:
        transcript_check.check(NAME, speech.transcripts[""], json.dumps(document).encode())
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("text", [b"", b"seven one three", b"seven one\n", b"Seven one three\n", b"\xff\n"])
def test_a_text_that_differs_from_its_json_does_not_pass(speech: WrittenFile, text: bytes) -> None:
    with pytest.raises(TranscriptUnverified, match="hold different texts"):
        transcript_check.check(NAME, text, speech.transcripts[".json"])


def test_the_text_of_silence_is_empty_and_not_a_line_feed(container: Container) -> None:
    with pytest.raises(TranscriptUnverified, match="hold different texts"):
        transcript_check.check(NAME, b"\n", container.silence.transcripts[".json"])
