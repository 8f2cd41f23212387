"""Every format shows every word and its time, and another library than the one that wrote it can read it."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from pathlib import Path

import mammoth
import pytest
import textgrid
from speach import elan

from tests.support.transcriber.saved_transcripts import saved_transcript
from transcriber.engines.utterance import Utterance
from transcription.contract import options, records
from transcription.contract.correction import Basis, Correction, Segment
from transcription.contract.segment_edits import EditedSegment, apply_edits
from transcription.contract.spoken_word import Word
from transcription.contract.word_alignment import TimedWord, words_of
from transcription.formats import corrected_transcript, renderers
from transcription.formats.renderers import FORMATS
from transcription.formats.saved_transcript import SavedTranscript

#: A word as a reader sees it: its text, and its start and end in milliseconds.
ReadWord = tuple[str, int, int]

SEED = 20261126
ODD_TEXTS = 1_000
#: Pieces of odd words: markup, quotes, formulas, emoji, letters with joiners, right-to-left text, combining characters.
PIECES = (
    *("<", ">", "&", "&amp;", "<b>", "]]>", "<!--", '"', "'", "\\", "{\\i1}", "-->", "=1+1", "+", "-", "@", ";", ","),
    *(
        "a",
        "ü",
        "ß",
        "日本語",
        "🎤",
        "👩\u200d👩\u200d👧",
        "שלום",
        "مرحبا",
        "\u202e",
        "e\u0301",
        "\u00a0",
        "\ufeff",
        "\u2028",
    ),
)
#: Characters that XML cannot hold. They may be replaced, and nothing else may change.
NOT_XML = ("\x00", "\x1b", "\ufffe")


def words_of_csv(data: bytes, folder: Path) -> list[ReadWord]:
    """Read a table as a spreadsheet does, which does not show an apostrophe in front of a formula."""
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    return [(row["word"], _milliseconds(row["start"]), _milliseconds(row["end"])) for row in rows]


def words_of_text_grid(data: bytes, folder: Path) -> list[ReadWord]:
    """Read the tier `words` of a TextGrid."""
    path = folder / "talk.TextGrid"
    path.write_bytes(data)
    grid = textgrid.TextGrid.fromFile(str(path))
    (tier,) = grid.getList("words")
    return [
        (interval.mark, round(interval.minTime * 1000), round(interval.maxTime * 1000))
        for interval in tier
        if interval.mark
    ]


def words_of_eaf(data: bytes, folder: Path) -> list[ReadWord]:
    """Read the tier `words` of an ELAN document."""
    path = folder / "talk.eaf"
    path.write_bytes(data)
    tier = elan.read_eaf(str(path))["words"]
    return [
        (annotation.text, _milliseconds(annotation.from_ts.sec), _milliseconds(annotation.to_ts.sec))
        for annotation in tier
    ]


def text_of_docx(data: bytes) -> str:
    """Return the text of a Word document."""
    text: str = mammoth.extract_raw_text(BytesIO(data)).value
    return text


def _milliseconds(seconds: str | float) -> int:
    return round(float(seconds) * 1000)


TIMED: dict[str, Callable[[bytes, Path], list[ReadWord]]] = {
    "csv": words_of_csv,
    "TextGrid": words_of_text_grid,
    "eaf": words_of_eaf,
}


def talk(texts: Sequence[str], confidence: float = 1.0) -> SavedTranscript:
    """A transcript with one word every 0.4 s, in segments of five words."""
    words = [Word(text, 0.4 * place, 0.4 * place + 0.3, confidence) for place, text in enumerate(texts)]
    segments = [words[first : first + 5] for first in range(0, len(words), 5)]
    utterances = [Utterance(0, segment[0].start, segment[-1].end, tuple(segment)) for segment in segments]
    return saved_transcript(*utterances, seconds=0.4 * len(texts) + 1)


def corrected_talk(texts: Sequence[str]) -> SavedTranscript:
    """The transcript of `talk` in which a person wrote the words, as the formats get it from the saved record."""
    machine = tuple(
        Segment(
            utterance.start,
            utterance.end,
            "machine",
            (TimedWord("machine", utterance.start, utterance.end, 0.1),),
        )
        for utterance in talk(texts).utterances
    )
    edits = [
        EditedSegment(segment.start, segment.end, " ".join(texts[5 * number : 5 * number + 5]))
        for number, segment in enumerate(machine)
    ]
    segments = apply_edits(edits, machine, (), by="ann", at="now")
    correction = Correction("talk.wav", 1_000.0, 0.8, Basis("ab", "cd"), (), segments)
    return corrected_transcript.parse(records.dump(correction), "corrected/talk.json")


def test_every_format_of_the_options_can_be_written() -> None:
    assert tuple(FORMATS) == options.FORMATS
    assert set(options.DEFAULT_FORMATS) < set(options.FORMATS)


@pytest.mark.parametrize("ending", TIMED)
def test_every_word_has_its_time(ending: str, tmp_path: Path) -> None:
    texts = ["record", "forward", "stop", "seven", "one", "three", "cancel"]
    words = TIMED[ending](FORMATS[ending].render(talk(texts)), tmp_path)
    assert words == [(text, 400 * place, 400 * place + 300) for place, text in enumerate(texts)]


@pytest.mark.parametrize("ending", TIMED)
def test_odd_texts_are_unharmed(ending: str, tmp_path: Path) -> None:
    chooser = random.Random(SEED)  # noqa: S311 - the same texts each time
    texts = ["".join(chooser.choices(PIECES, k=chooser.randint(1, 6))) for _ in range(ODD_TEXTS)]
    words = TIMED[ending](FORMATS[ending].render(talk(texts)), tmp_path)
    formula = ("=", "+", "-", "@")
    shown = [f"'{text}" if ending == "csv" and text.startswith(formula) else text for text in texts]
    assert [word for word, _, _ in words] == shown


def test_odd_texts_are_unharmed_in_a_word_document() -> None:
    chooser = random.Random(SEED)  # noqa: S311 - the same texts each time
    texts = ["".join(chooser.choices(PIECES, k=chooser.randint(1, 6))) for _ in range(ODD_TEXTS)]
    text = text_of_docx(FORMATS["docx"].render(talk(texts)))
    for first in range(0, ODD_TEXTS, 5):
        assert f"  {' '.join(texts[first : first + 5])}\n" in text


@pytest.mark.parametrize("ending", TIMED)
def test_odd_texts_that_a_person_wrote_are_unharmed(ending: str, tmp_path: Path) -> None:
    chooser = random.Random(SEED)  # noqa: S311 - the same texts each time
    texts = ["".join(chooser.choices(PIECES, k=chooser.randint(1, 6))) for _ in range(ODD_TEXTS)]
    # White space divides words, and so does Chinese script: what a person typed is a text and no list of words.
    texts = [word for text in texts for word in words_of(text)]
    saved = corrected_talk(texts)
    words = TIMED[ending](FORMATS[ending].render(saved), tmp_path)
    shown = [f"'{text}" if ending == "csv" and text.startswith(("=", "+", "-", "@")) else text for text in texts]
    assert [word for word, _, _ in words] == shown
    starts = [start for _, start, _ in words]
    assert starts == sorted(starts)


def test_what_a_person_wrote_is_sure() -> None:
    saved = corrected_talk(["one", "two"])
    assert not any(saved.is_unsure(word) for word in saved.words)


def test_a_format_whose_library_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderers, "find_spec", lambda name: None)
    assert [ending for ending, form in FORMATS.items() if form.is_available] == ["csv"]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("odd", NOT_XML)
def test_a_character_that_xml_cannot_hold_breaks_no_file(ending: str, odd: str, tmp_path: Path) -> None:
    data = FORMATS[ending].render(talk(["before", f"a{odd}b", "after"]))
    if ending == "docx":
        assert "before a\ufffdb after" in text_of_docx(data)
    elif ending == "eaf":
        assert [word for word, _, _ in words_of_eaf(data, tmp_path)] == ["before", "a\ufffdb", "after"]
    else:
        assert b"before" in data
        assert b"after" in data


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_transcript_gives_the_same_bytes(ending: str) -> None:
    """A child that is started again writes what its first attempt wrote."""
    saved = talk(["record", "forward", "stop"], confidence=0.5)
    assert FORMATS[ending].render(saved) == FORMATS[ending].render(saved)


@pytest.mark.parametrize("ending", TIMED)
def test_a_recording_without_speech_has_no_words(ending: str, tmp_path: Path) -> None:
    silent = saved_transcript(Utterance(0, 0.0, 5.0, ()), seconds=5.0)
    assert TIMED[ending](FORMATS[ending].render(silent), tmp_path) == []


def test_a_word_document_says_that_there_is_no_speech() -> None:
    silent = saved_transcript(Utterance(0, 0.0, 5.0, ()), seconds=5.0)
    assert text_of_docx(FORMATS["docx"].render(silent)).split("\n\n")[:2] == ["talk.wav", "No speech."]


@pytest.mark.parametrize("ending", ["TextGrid", "eaf"])
def test_words_at_the_same_time_do_not_overlap(ending: str, tmp_path: Path) -> None:
    """Praat and ELAN refuse intervals that overlap or have no length."""
    words = (Word("one", 1.0, 1.0, 1.0), Word("two", 1.0, 1.3, 1.0), Word("three", 1.2, 1.4, 1.0))
    saved = saved_transcript(Utterance(0, 0.0, 1.4, words), seconds=1.4)
    read = TIMED[ending](FORMATS[ending].render(saved), tmp_path)
    assert read == [("one", 1000, 1001), ("two", 1001, 1200), ("three", 1200, 1400)]


def test_unsure_words_are_marked() -> None:
    sure, unsure = Word("sure", 0.0, 0.3, 0.95), Word("unsure", 0.4, 0.7, 0.6)
    saved = saved_transcript(Utterance(0, 0.0, 0.7, (sure, unsure)), seconds=1.0)
    rows = list(csv.DictReader(StringIO(FORMATS["csv"].render(saved).decode("utf-8-sig"))))
    assert [(row["word"], row["unsure"]) for row in rows] == [("sure", ""), ("unsure", "yes")]
    # mammoth shows highlighted text if a style says how.
    html = mammoth.convert_to_html(BytesIO(FORMATS["docx"].render(saved)), style_map="highlight => mark").value
    assert "sure <mark>unsure</mark>" in html.replace("</mark><mark>", "")
    assert "Highlighted words are unsure." in html
