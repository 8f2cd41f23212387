"""A transcript as a Word document (`.docx`), to read and to correct by hand."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from transcription.contract.spoken_word import Word
from transcription.contract.word_spacing import join_words, space_between
from transcription.contract.xml_text import xml_text
from transcription.formats.conversation import turns
from transcription.formats.saved_transcript import SavedTranscript

_GREY = RGBColor(0x80, 0x80, 0x80)


def render(saved: SavedTranscript) -> bytes:
    """Return a document with one paragraph for each segment that has words, or for each turn of a conversation.

    A paragraph has the start, the channel if the channels were transcribed separately, and the text.

    Unsure words are highlighted. The same transcript always gives the same bytes.
    """
    document = docx.Document()
    title = xml_text(saved.recording)
    document.core_properties.title = title[:255]  # python-docx refuses longer values
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(title, 1)
    if not saved.words:
        document.add_paragraph("No speech.")
    if any(saved.is_unsure(word) for word in saved.words):
        note = document.add_paragraph().add_run("Highlighted words are unsure.")
        note.italic = True
    if saved.channels == (None,):
        for utterance in saved.utterances:
            if utterance.words:
                _add_speech(document.add_paragraph(), saved, utterance.words)
    else:
        for turn in turns(saved.utterances):
            _add_speech(document.add_paragraph(), saved, turn.words, turn.channel)
    content = BytesIO()
    document.save(content)
    return _without_dates(content)


def _add_speech(paragraph: Paragraph, saved: SavedTranscript, spoken: Sequence[Word], channel: str = "") -> None:
    """Write the start of words, their channel and the words into a paragraph."""
    time = paragraph.add_run(f"{clock(spoken[0].start)}  ")
    time.font.color.rgb = _GREY
    if channel:
        paragraph.add_run(f"{channel}: ").bold = True
    last = ""
    for is_unsure, group in groupby(spoken, saved.is_unsure):
        words = [word.word for word in group]
        paragraph.add_run(space_between(last, words[0]) if last else "")
        run = paragraph.add_run(xml_text(join_words(words)))
        if is_unsure:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        last = words[-1]


def clock(seconds: float) -> str:
    """Return a time as `0:01:23`: hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _without_dates(archive: BytesIO) -> bytes:
    """Return a zip file with the same members, all dated 1980-01-01, the first date that zip knows."""
    content = BytesIO()
    with ZipFile(archive) as dated, ZipFile(content, "w") as undated:
        for name in dated.namelist():
            undated.writestr(ZipInfo(name), dated.read(name), ZIP_DEFLATED)
    return content.getvalue()
