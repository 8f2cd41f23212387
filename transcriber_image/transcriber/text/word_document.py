"""A transcript as a Word document (`.docx`), to read and to correct by hand."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from transcriber.engines.utterance import Utterance
from transcriber.text.saved_transcript import SavedTranscript
from transcription.contract.xml_text import xml_text

_GREY = RGBColor(0x80, 0x80, 0x80)


def render(saved: SavedTranscript) -> bytes:
    """Return a document with one paragraph for each segment that has words: its start, and its text.

    Unsure words are highlighted. The same transcript always gives the same bytes.
    """
    document = docx.Document()
    title = xml_text(saved.recording)
    document.core_properties.title = title[:255]  # python-docx refuses longer values
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(title, 1)
    spoken = [utterance for utterance in saved.utterances if utterance.words]
    if not spoken:
        document.add_paragraph("No speech.")
    if any(saved.is_unsure(word) for word in saved.words):
        note = document.add_paragraph().add_run("Highlighted words are unsure.")
        note.italic = True
    for utterance in spoken:
        _add_utterance(document.add_paragraph(), saved, utterance)
    content = BytesIO()
    document.save(content)
    return _without_dates(content)


def _add_utterance(paragraph: Paragraph, saved: SavedTranscript, utterance: Utterance) -> None:
    """Write the start and the words of an utterance into a paragraph."""
    time = paragraph.add_run(f"{clock(utterance.words[0].start)}  ")
    time.font.color.rgb = _GREY
    separator = ""
    for is_unsure, words in groupby(utterance.words, saved.is_unsure):
        text = xml_text(" ".join(word.word for word in words))
        paragraph.add_run(separator)
        run = paragraph.add_run(text)
        if is_unsure:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        separator = " "


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
