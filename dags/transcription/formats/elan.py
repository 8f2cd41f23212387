"""A transcript as an annotation document of ELAN (`.eaf`), the program for the annotation of recordings."""

from __future__ import annotations

from pympi import Elan

from transcription.contract.xml_text import xml_text
from transcription.formats.saved_transcript import SavedTranscript
from transcription.formats.tiers import make_tiers

#: The date of every document, which the format requires. A transcript gives the same bytes whenever it is written.
_DATE = "1980-01-01T00:00:00+00:00"


def render(saved: SavedTranscript) -> bytes:
    """Return a document with the tiers of `make_tiers` as time-aligned tiers.

    It names the recording as its medium, so that ELAN opens the recording too if both lie in the same folder.
    """
    document = Elan.Eaf(author="")
    document.adocument["DATE"] = _DATE
    name = xml_text(saved.recording)
    document.add_linked_file(name, relpath=f"./{name}", mimetype="audio/x-wav")
    for tier, intervals in make_tiers(saved).items():
        document.add_tier(tier)
        for interval in intervals:
            document.add_annotation(tier, interval.start, interval.end, xml_text(interval.text))
    document.remove_tier("default")  # every new document has it
    content: bytes = Elan.to_string(document, encoding="UTF-8")
    return content
