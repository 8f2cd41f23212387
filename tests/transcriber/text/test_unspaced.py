"""Transcripts in Chinese and Japanese script: characters are the words, and no spaces divide them, in every format."""

from __future__ import annotations

import json
from io import BytesIO

import docx
import pytest

from tests.support.transcriber.saved_transcripts import saved_transcript
from transcriber.engines.engine import DecoderSettings
from transcriber.engines.utterance import Utterance
from transcriber.text.transcript import Provenance, assemble
from transcription.contract.manifest import Item
from transcription.contract.options import Options
from transcription.contract.result import Audio, Model
from transcription.contract.spoken_word import Word
from transcription.formats import saved_transcript as saved_transcripts
from transcription.formats.renderers import FORMATS
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.tiers import make_tiers

UNSURE = "好"
PROVENANCE = Provenance(
    Item(0, "input/a.wav", "abc", 1000),
    "12" * 32,
    Model("zh-CN", "34" * 32),
    Options(),
    "ab12",
    DecoderSettings(10, None, None),
    "libdeepspeech 0.9.3",
)


def utterance(text: str, start: float, seconds: float = 0.2) -> Utterance:
    """Return a segment with one word for each character. `UNSURE` has a low confidence."""
    words = tuple(
        Word(character, start + place * seconds, start + (place + 0.9) * seconds, 0.3 if character in UNSURE else 0.9)
        for place, character in enumerate(text)
    )
    return Utterance(0, start, words[-1].end, words)


def saved(*utterances: Utterance) -> SavedTranscript:
    return saved_transcript(*utterances, seconds=utterances[-1].end)


def test_no_spaces_stand_in_the_text_and_between_segments() -> None:
    transcript = assemble([utterance("你好", 0), utterance("世界", 10)], Audio(12.0, 16000, 1, "PCM_16"), 0.0)
    assert transcript.as_text() == "你好世界\n".encode()
    document = json.loads(transcript.as_json(PROVENANCE))
    assert document["text"] == "你好世界"
    assert [segment["text"] for segment in document["segments"]] == ["你好", "世界"]
    assert [word["word"] for word in document["words"] if word["low_confidence"]] == [UNSURE]
    parsed = saved_transcripts.parse(transcript.as_json(PROVENANCE), "a.json")
    assert [word.word for word in parsed.words] == list("你好世界")


@pytest.mark.parametrize("suffix", ["srt", "vtt"])
def test_the_lines_of_subtitles_have_at_most_21_characters(suffix: str) -> None:
    """They are twice as wide as letters."""
    text = "一二三四五六七八九十" * 6
    content = FORMATS[suffix].render(saved(utterance(text, 0, 0.1))).decode()
    lines = [line for line in content.splitlines() if set(line) & set(text)]
    assert "".join(lines) == text
    assert max(map(len, lines)) == 21


def test_a_cue_has_at_most_two_lines() -> None:
    content = FORMATS["srt"].render(saved(utterance("一二三四五六七八九十" * 6, 0, 0.1))).decode()
    assert [len(cue.splitlines()) - 2 for cue in content.strip().split("\n\n")] == [2, 1]


def test_a_word_document_marks_single_characters() -> None:
    document = docx.Document(BytesIO(FORMATS["docx"].render(saved(utterance("你好世界", 0)))))
    paragraph = document.paragraphs[-1]
    assert paragraph.text.endswith("  你好世界")
    assert [run.text for run in paragraph.runs if run.font.highlight_color] == [UNSURE]


def test_the_tier_of_segments_has_no_spaces() -> None:
    tiers = make_tiers(saved(utterance("你好世界", 0)))
    assert [interval.text for interval in tiers["segments"]] == ["你好世界"]
    assert [interval.text for interval in tiers["words"]] == list("你好世界")


def test_words_of_other_scripts_keep_their_spaces() -> None:
    words = tuple(Word(text, place, place + 0.5, 0.9) for place, text in enumerate(["我", "用", "Python", "写"]))
    mixed = saved(Utterance(0, 0.0, 4.0, words))
    assert "我用 Python 写" in FORMATS["srt"].render(mixed).decode()
    assert docx.Document(BytesIO(FORMATS["docx"].render(mixed))).paragraphs[-1].text.endswith("我用 Python 写")
