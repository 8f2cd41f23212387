"""The names of the formats of transcripts, as the trigger form and the pages in Airflow show them."""

from __future__ import annotations

#: By the ending of the files.
_NAMES = {
    "txt": "Text",
    "json": "Words with times",
    "srt": "Subtitles",
    "vtt": "Subtitles for the web",
    "csv": "Spreadsheet of words",
    "docx": "Word document",
    "TextGrid": "Praat",
    "eaf": "ELAN",
}


def format_name(ending: str) -> str:
    """Return the name of a format with the ending of its files, for example `Subtitles (.srt)`."""
    return f"{_NAMES[ending]} (.{ending})"
