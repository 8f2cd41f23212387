"""The words of a transcript as CSV, for spreadsheets."""

from __future__ import annotations

import csv
from io import StringIO

from transcription.formats.saved_transcript import SavedTranscript

HEADER = ("start", "end", "channel", "word", "confidence", "unsure", "segment")

#: A spreadsheet runs a cell that begins with one of these characters as a formula.
#: Source: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(saved: SavedTranscript) -> bytes:
    """Return a table with one row for each word.

    Times are in seconds. `channel` is empty if the channels of the recording are mixed. `unsure` is `yes` or empty.
    `segment` is the number of the segment, from 1. A word that a spreadsheet would run as a formula gets an apostrophe
    in front, which spreadsheets do not show.

    The file is UTF-8 with a byte order mark, because Excel reads other CSV files as Windows-1252.
    """
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(HEADER)
    for number, utterance in enumerate(saved.utterances, 1):
        for word in utterance.words:
            text = f"'{word.word}" if word.word.startswith(_FORMULA) else word.word
            unsure = "yes" if saved.is_unsure(word) else ""
            times = (f"{word.start:.3f}", f"{word.end:.3f}")
            writer.writerow((*times, utterance.channel or "", text, f"{word.confidence:.3f}", unsure, number))
    return table.getvalue().encode("utf-8-sig", errors="replace")
