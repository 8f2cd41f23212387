"""The text of separate channels reads as a conversation."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path

import mammoth
import textgrid
import webvtt

from tests.support.transcriber.saved_transcripts import saved_transcript
from transcriber.engines.utterance import Utterance
from transcription.contract.spoken_word import Word
from transcription.formats.conversation import turns
from transcription.formats.renderers import FORMATS


def spoken(channel: str, *words: tuple[str, float]) -> Utterance:
    """An utterance of words of 0.3 s, given as text and start."""
    timed = tuple(Word(text, start, start + 0.3, 1.0) for text, start in words)
    return Utterance(0, timed[0].start - 0.1, timed[-1].end + 0.1, timed, channel=channel)


AGENT = spoken("agent", ("good", 0.5), ("morning", 0.9), ("goodbye", 6.0))
CUSTOMER = spoken("customer", ("yes", 1.1), ("hello", 2.5), ("you", 2.9))


def test_turns_follow_each_other_in_time() -> None:
    assert [turn.text for turn in turns([AGENT, CUSTOMER])] == [
        "agent: good morning",
        "customer: yes hello you",
        "agent: goodbye",
    ]


def test_people_who_speak_at_the_same_time_do_not_alternate_word_by_word() -> None:
    one = spoken("1", *((f"a{place}", 0.4 * place) for place in range(10)))
    two = spoken("2", *((f"b{place}", 0.2 + 0.4 * place) for place in range(10)))
    assert [turn.channel for turn in turns([one, two])] == ["1", "2"]


def test_a_phrase_may_continue_in_the_next_segment() -> None:
    first, second = spoken("1", ("one", 0.0)), spoken("1", ("two", 0.5))
    assert [turn.text for turn in turns([second, first])] == ["1: one two"]


def test_every_format_names_the_channels(tmp_path: Path) -> None:
    saved = saved_transcript(AGENT, CUSTOMER, seconds=7)
    srt = webvtt.WebVTT.from_buffer(StringIO(FORMATS["srt"].render(saved).decode()), format="srt").captions
    assert [caption.text.replace("\n", " ") for caption in srt] == [
        "agent: good morning",
        "customer: yes hello you",
        "agent: goodbye",
    ]
    vtt = webvtt.WebVTT.from_string(FORMATS["vtt"].render(saved).decode(), strict=True).captions
    assert [(caption.voice, caption.text.replace("\n", " ")) for caption in vtt] == [
        ("agent", "good morning"),
        ("customer", "yes hello you"),
        ("agent", "goodbye"),
    ]
    rows = list(csv.DictReader(StringIO(FORMATS["csv"].render(saved).decode("utf-8-sig"))))
    assert [(row["channel"], row["word"]) for row in rows][2:4] == [("agent", "goodbye"), ("customer", "yes")]
    text = mammoth.extract_raw_text(BytesIO(FORMATS["docx"].render(saved))).value
    assert "0:00:00  agent: good morning\n" in text
    path = tmp_path / "talk.TextGrid"
    path.write_bytes(FORMATS["TextGrid"].render(saved))
    grid = textgrid.TextGrid.fromFile(str(path))
    assert sorted(grid.getNames()) == ["segments agent", "segments customer", "words agent", "words customer"]
