"""The formats in which a transcript can be written beside plain text and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transcriber.text import subtitles, words_csv
from transcriber.text.saved_transcript import SavedTranscript


@dataclass(frozen=True)
class Format:
    """The content type of a format, and the function that returns the content of a file."""

    content_type: str
    render: Callable[[SavedTranscript], bytes]


# A run that writes none of the next three formats does not load their libraries, which need about 20 MB.


def _word_document(saved: SavedTranscript) -> bytes:
    from transcriber.text.word_document import render  # noqa: PLC0415

    return render(saved)


def _text_grid(saved: SavedTranscript) -> bytes:
    from transcriber.text.text_grid import render  # noqa: PLC0415

    return render(saved)


def _elan(saved: SavedTranscript) -> bytes:
    from transcriber.text.elan import render  # noqa: PLC0415

    return render(saved)


#: By the ending of the file, one for each of `options.FORMATS`.
FORMATS: Mapping[str, Format] = {
    "srt": Format("application/x-subrip; charset=utf-8", lambda saved: subtitles.render(saved, "srt")),
    "vtt": Format("text/vtt; charset=utf-8", lambda saved: subtitles.render(saved, "vtt")),
    "csv": Format("text/csv; charset=utf-8", words_csv.render),
    "docx": Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _word_document),
    "TextGrid": Format("text/plain; charset=utf-8", _text_grid),
    "eaf": Format("application/xml; charset=utf-8", _elan),
}
