"""The formats in which a transcript can be written beside plain text and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from transcription.formats.saved_transcript import SavedTranscript


@dataclass(frozen=True)
class Format:
    """A format: its content type, and how a file of it is made.

    Its module is imported at the first use: the libraries need about 20 MB, and an Airflow without access to the
    internet lacks them.
    """

    content_type: str
    #: The module of `transcription.formats` with the function `render`, and the arguments after the transcript.
    module: str
    arguments: tuple[str, ...] = ()
    #: The library that the module imports; empty for none.
    library: str = ""

    @property
    def is_available(self) -> bool:
        """Whether the library of this format is installed."""
        return not self.library or find_spec(self.library) is not None

    @property
    def render(self) -> Callable[[SavedTranscript], bytes]:
        """The function that returns the content of a file.

        Raises:
            ImportError: the library of this format is not installed.
        """
        render = import_module(f"transcription.formats.{self.module}").render
        return lambda saved: render(saved, *self.arguments)


#: By the ending of the file, one for each of `options.FORMATS`.
FORMATS: Mapping[str, Format] = {
    "srt": Format("application/x-subrip; charset=utf-8", "subtitles", ("srt",), "pysubs2"),
    "vtt": Format("text/vtt; charset=utf-8", "subtitles", ("vtt",), "pysubs2"),
    "csv": Format("text/csv; charset=utf-8", "words_csv"),
    "docx": Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word_document", library="docx"
    ),
    "TextGrid": Format("text/plain; charset=utf-8", "text_grid", library="praatio"),
    "eaf": Format("application/xml; charset=utf-8", "elan", library="pympi"),
}
